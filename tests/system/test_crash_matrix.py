"""A worker is killed at every point of an attempt: nothing is lost, nothing is done twice.

All are killed at once and two plain workers take over, on the same scratch folder; each test then
looks at what became of one point's job.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from shared.jobs import AttemptOutcome
from tests.faults.arena import Arena, Fate, Victim, arena
from tests.faults.orders import Deed, Reached
from tests.faults.outages import database
from tests.faults.points import COMMITTED, COMPUTED, MATRIX, UNCLAIMED, Point
from tests.rig.processes import is_running
from tests.rig.waiting import wait_for

pytestmark = pytest.mark.system

LEASE_S = 8
"""Long enough that no lease runs out while so many workers fight for two cores."""

TOGETHER: list[Point] = [point for point in MATRIX if point is not Point.IN_TAKE_OVER]

RECOVERS_WITHIN_S = LEASE_S + 20


@dataclass(frozen=True)
class Killed:
    """One worker's end, and what became of its job."""

    reached: Reached
    fate: Fate

    @property
    def recovered_after_s(self) -> float:
        completed_at = self.fate.job.completed_at
        assert completed_at is not None
        return completed_at.timestamp() - self.reached.at


@dataclass(frozen=True)
class Matrix:
    """What was found after everything was over."""

    arena: Arena
    killed: dict[Point, Killed]
    rescuers_left: list[int]


@pytest.fixture(scope="module")
def matrix(tmp_path_factory, aws_endpoint, small_clip) -> Iterator[Matrix]:
    folder = tmp_path_factory.mktemp("crashes")
    with database(folder / "postgres") as one, arena(folder, one.start(), aws_endpoint) as place:
        yield _killed_everywhere(place, small_clip)


def _killed_everywhere(place: Arena, clip: Path) -> Matrix:
    jobs, victims = _kill_together(place, clip)
    victims[Point.IN_TAKE_OVER] = _kill_one_that_takes_over(place)
    rescuers = [place.plain_worker(lease_s=LEASE_S) for _ in range(2)]
    place.wait_until_final(jobs)
    place.wait_until_quiet()
    left = [rescuer.terminate() for rescuer in rescuers]
    fates = {job_id: place.fate(job_id) for job_id in jobs}
    reached = {point: victim.reached(point) for point, victim in victims.items()}
    killed = {point: Killed(said, fates[said.job]) for point, said in reached.items()}
    _print_recovery_times(killed)
    return Matrix(place, killed, left)


def _kill_together(place: Arena, clip: Path) -> tuple[list[UUID], dict[Point, Victim]]:
    """Every worker has a point of its own, and dies there on the first job that it gets."""
    victims = dict(zip(TOGETHER, place.victims(len(TOGETHER), lease_s=LEASE_S), strict=True))
    for point, victim in victims.items():
        victim.meets(point, Deed.KILL)
    jobs = [place.coach.send(clip) for _ in victims]
    wait_for(lambda: not any(victim.is_alive for victim in victims.values()), "all to be dead")
    return jobs, victims


def _kill_one_that_takes_over(place: Arena) -> Victim:
    """The first to recover what the others left dies where it copies stored results."""
    (victim,) = place.victims(1, lease_s=LEASE_S)
    victim.orders.give(Point.IN_TAKE_OVER, Deed.KILL)
    wait_for(lambda: not victim.is_alive, "the one that takes over to be dead")
    return victim


def _print_recovery_times(killed: dict[Point, Killed]) -> None:
    """Where a reader of the run finds them: `pytest -s`, or the output of a failure."""
    for point, one in killed.items():
        sys.stdout.write(f"killed {point:22} final after {one.recovered_after_s:5.1f} s\n")


@pytest.fixture(params=MATRIX)
def killed(request, matrix):
    return matrix.killed[request.param]


def test_the_job_is_completed_exactly_once(killed):
    killed.fate.assert_completed_once()


def test_the_results_are_whole_and_nothing_else_is_stored(killed):
    killed.fate.assert_results_whole()


def test_the_analyst_of_a_killed_worker_is_gone(killed):
    wait_for(lambda: not any(map(is_running, killed.reached.children)), "the analyst to be gone")


def test_the_job_is_final_within_the_lease_and_20_s(killed):
    assert killed.recovered_after_s < RECOVERS_WITHIN_S


@pytest.mark.parametrize("point", sorted(COMPUTED))
def test_results_in_the_bucket_are_not_computed_again(matrix, point):
    killed = matrix.killed[point]
    killed.fate.assert_not_computed_again(killed.reached)


@pytest.mark.parametrize("point", sorted(set(MATRIX) - UNCLAIMED))
def test_the_history_says_what_became_of_the_killed_attempt(matrix, point):
    killed = matrix.killed[point]
    until = killed.reached.attempt or len(killed.fate.attempts)  # no claim: the job was over
    said = killed.fate.outcomes[until - 1]
    if point in COMMITTED:
        assert said == AttemptOutcome.COMPLETED
    elif point is Point.AFTER_FAIL:
        assert said == AttemptOutcome.RETRYING
    else:
        assert said == AttemptOutcome.LOST


def test_no_message_is_left(matrix):
    assert matrix.arena.queue.depth().total == 0
    assert matrix.arena.dead_letters.depth().total == 0


def test_the_scratch_folder_is_empty(matrix):
    assert list(matrix.arena.worker_tmp.iterdir()) == []


def test_the_workers_that_took_over_stopped_in_good_order(matrix):
    assert matrix.rescuers_left == [0, 0]
