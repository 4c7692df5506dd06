"""Take services away while workers stand at points, let them run into it, and bring them back."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from tests.faults.arena import Arena, Fate, Victim
from tests.faults.orders import Deed, Reached
from tests.faults.points import MATRIX, UNGUARDED, Point

OUTAGE_S = 2.5
"""Longer than any one call tries again by itself."""

LEASE_S = 8
"""Longer than it takes a busy machine to bring the last workers to their points."""

RETRY_BASE_S = 2

AT_ONCE = 10
"""So many workers stand at points of their own when the service goes. None is left over who could
take another's job."""

LAST = {Point.IN_TAKE_OVER}

Outage = Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Survived:
    """A worker that stood at a point, and what became of its job."""

    reached: Reached
    fate: Fate


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What was found when every service was back and every worker had been told to stop.

    Attributes:
        survived: by point.
        exits: how the workers ended, all of them long after the last outage.
        dead_letters: how many messages were set aside.
        scratch: what is left in the workers' folder.
    """

    survived: dict[Point, Survived]
    exits: Sequence[int]
    dead_letters: int
    scratch: Sequence[Path]


def cut_everywhere(arena: Arena, clip: Path, outage: Outage) -> Aftermath:
    """Cut at all points, many at a time, always under the same workers."""
    crew = arena.victims(AT_ONCE, lease_s=LEASE_S, retry_base_s=RETRY_BASE_S)
    reached: dict[Point, Reached] = {}
    for points in _rounds():
        reached |= _cut(arena, dict(zip(points, crew, strict=True)), clip, outage)
    with ThreadPoolExecutor(AT_ONCE) as at_once:
        exits = list(at_once.map(lambda victim: victim.worker.terminate(), crew))
    return Aftermath(
        {point: Survived(one, arena.fate(one.job)) for point, one in reached.items()},
        exits,
        arena.dead_letters.depth().total,
        list(arena.worker_tmp.iterdir()),
    )


def _cut(
    arena: Arena, standing: dict[Point, Victim], clip: Path, outage: Outage
) -> dict[Point, Reached]:
    reached = _stand(arena, standing, clip)
    with outage():
        for point, victim in standing.items():
            victim.goes_on(point)
        time.sleep(OUTAGE_S)
    arena.wait_until_final([one.job for one in reached.values()])
    arena.wait_until_quiet()
    return reached


def _stand(arena: Arena, standing: dict[Point, Victim], clip: Path) -> dict[Point, Reached]:
    """Bring every worker to its point, with a job of its own.

    Those first who can stand there for long, so that nobody is left to take another's job; last
    the one that needs two attempts.
    """
    for victim in standing.values():
        victim.meets(Point.BEFORE_RECEIVE, Deed.HOLD)
    for victim in standing.values():
        victim.reached(Point.BEFORE_RECEIVE)
    reached: dict[Point, Reached] = {}
    for stage in (set(Point) - UNGUARDED - LAST, UNGUARDED, LAST):
        some = {point: victim for point, victim in standing.items() if point in stage}
        for point, victim in some.items():
            arena.coach.send(clip)
            victim.meets(point, Deed.HOLD)
            victim.goes_on(Point.BEFORE_RECEIVE)
        reached |= {point: victim.reached(point) for point, victim in some.items()}
    return reached


def _rounds() -> Iterator[Sequence[Point]]:
    """Every point at least once; the last round is filled up from the first."""
    points = cycle(MATRIX)
    for _ in range(0, len(MATRIX), AT_ONCE):
        yield tuple(islice(points, AT_ONCE))
