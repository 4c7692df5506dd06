"""How soon and how the next worker goes on where another one ended."""

import signal
import sys
from collections.abc import Iterator

import pytest

from shared.jobs import AttemptOutcome
from tests.faults.arena import Arena, arena
from tests.faults.orders import Deed
from tests.faults.points import Point
from tests.files.clips import make_clip
from tests.rig.waiting import wait_for

pytestmark = pytest.mark.system

LEASE_S = 3
"""Of the worker that is killed and of the one that waits."""


@pytest.fixture
def place(tmp_path, database_settings, aws_endpoint) -> Iterator[Arena]:
    with arena(tmp_path, database_settings, aws_endpoint) as made:
        yield made


def test_after_a_kill_a_waiting_worker_is_done_within_the_lease_and_20_s(place, small_clip):
    (victim,) = place.victims(1, lease_s=LEASE_S)
    victim.meets(Point.IN_POSE, Deed.HOLD)
    job_id = place.coach.send(small_clip)
    victim.reached(Point.IN_POSE)
    (waiting,) = place.victims(1, lease_s=LEASE_S)
    victim.orders.give(Point.IN_HEARTBEAT, Deed.KILL)
    killed_at = victim.reached(Point.IN_HEARTBEAT).at
    place.wait_until_final([job_id])
    fate = place.fate(job_id)
    fate.assert_completed_once()
    assert fate.job.worker == waiting.worker.name
    assert fate.job.completed_at is not None
    recovered_after_s = fate.job.completed_at.timestamp() - killed_at
    sys.stdout.write(f"lease {LEASE_S} s: final {recovered_after_s:.1f} s after the kill\n")
    assert recovered_after_s < LEASE_S + 20


def test_when_the_analyst_is_killed_the_same_worker_tries_again(place, tmp_path):
    clip = make_clip(tmp_path / "long.mp4", frames=900)  # not over before the analyst is killed
    (victim,) = place.victims(1)
    victim.meets(Point.IN_POSE, Deed.KILL_CHILDREN)
    job_id = place.coach.send(clip)
    place.wait_until_final([job_id])
    place.wait_until_quiet()
    fate = place.fate(job_id)
    fate.assert_completed_once()
    fate.assert_results_whole()
    assert fate.outcomes == [AttemptOutcome.RETRYING, AttemptOutcome.COMPLETED]
    assert fate.attempts[0].error_code == "PROCESSING_FAILED"
    assert {attempt.worker for attempt in fate.attempts} == {victim.worker.name}


def test_a_job_given_back_is_not_lost_when_its_worker_dies_before_sending_it_anew(
    place, small_clip
):
    (victim,) = place.victims(1, stop_grace_s=0)
    victim.meets(Point.IN_POSE, Deed.HOLD)
    victim.meets(Point.AFTER_GIVE_BACK, Deed.KILL)
    job_id = place.coach.send(small_clip)
    victim.reached(Point.IN_POSE)
    victim.worker.process.send_signal(signal.SIGTERM)
    victim.goes_on(Point.IN_POSE)
    victim.reached(Point.AFTER_GIVE_BACK)
    wait_for(lambda: not victim.is_alive, "the worker to be dead")
    place.plain_worker()
    place.wait_until_final([job_id])
    place.wait_until_quiet()
    fate = place.fate(job_id)
    fate.assert_completed_once()
    assert fate.outcomes == [AttemptOutcome.RETURNED, AttemptOutcome.COMPLETED]
