"""One soak from the first job to the inspection."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from threading import Event
from typing import Any

from benchmarks.soak.caretaking import caretaker
from benchmarks.soak.fates import Fate, chances, fates
from benchmarks.soak.inspection import inspect, watch_ends
from benchmarks.soak.outcome import Outcome
from benchmarks.soak.promises import Happened
from benchmarks.soak.sending import Sender
from benchmarks.soak.trouble import (
    Crew,
    Thefts,
    freeze_now_and_then,
    kill_now_and_then,
    steal_now_and_then,
)
from tests.rig.ground import Count, Ground
from tests.rig.workers import Workers

LEASE_S = 5.0

WORKER_SETTINGS: dict[str, Any] = {"lease_s": LEASE_S, "heartbeat_s": 1, "stop_grace_s": 30}

FROZEN_S = 1.6 * LEASE_S
"""Longer than a lease and the visibility that goes with it: somebody else has the job by then."""

OPEN_PER_WORKER = 8

LOOK_EVERY_S = 0.5

NOTHING_HAPPENED_S = 90.0
"""No job became final for so long: what is open now is stuck."""

QUIET_WITHIN_S = 60.0
"""How long the last messages may take to go after the last job became final."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asked for."""

    jobs: int
    workers: int
    kill_every_s: float
    seed: int


def soak(ground: Ground, wish: Wish, video: bytes, tell: Callable[[Count, int], None]) -> Outcome:
    """Run one; `tell` hears how many jobs and kills there were, twice a second.

    Whatever ends it, no process of it goes on.
    """
    watch_ends(ground.engine)
    ground.scratch.mkdir()
    drawn = fates(wish.jobs, wish.seed)
    crew = Crew(
        Workers(ground.place, ground.folder),
        {**WORKER_SETTINGS, "worker_tmp": ground.scratch},
    )
    thefts = Thefts()
    started = time.monotonic()
    with ExitStack() as parts:
        parts.callback(crew.workers.end)
        parts.enter_context(caretaker(ground))
        crew.muster(wish.workers)
        with _at_work(ground, wish, crew, drawn, video, thefts) as working:
            _wait_for_all(ground, wish, lambda: len(crew.kills), working, tell)
        seconds = time.monotonic() - started
        _wait_for_quiet(ground)
        crew.dismiss()
        seen = inspect(ground)
    return Outcome(
        seed=wish.seed,
        seconds=seconds,
        fates=drawn,
        kills=crew.kills,
        frozen=len(crew.frozen),
        thefts=thefts,
        happened=Happened(
            asked=wish.jobs,
            lease_s=LEASE_S,
            unlucky=frozenset({kill.worker for kill in crew.kills} | set(crew.frozen)),
            exits=crew.exits,
        ),
        seen=seen,
    )


@contextmanager
def _at_work(
    ground: Ground, wish: Wish, crew: Crew, drawn: list[Fate], video: bytes, thefts: Thefts
) -> Iterator[list[Future[None]]]:
    """Let jobs be sent and trouble be made until the block ends."""
    stop = Event()
    sender = Sender(ground, drawn, video, open_at_once=OPEN_PER_WORKER * wish.workers)
    kills, freezes, steals = (chances(wish.seed, of) for of in ("kills", "freezes", "steals"))
    with ThreadPoolExecutor(thread_name_prefix="soak") as pool:
        working = [
            pool.submit(sender.run, stop),
            pool.submit(
                kill_now_and_then,
                crew,
                kills,
                lambda: ground.count().final,
                every_s=wish.kill_every_s,
                stop=stop,
            ),
            pool.submit(freeze_now_and_then, crew, freezes, for_s=FROZEN_S, stop=stop),
            pool.submit(steal_now_and_then, ground.queue, steals, thefts, stop=stop),
        ]
        try:
            yield working
        finally:
            stop.set()
    for one in working:
        one.result()


def _wait_for_all(
    ground: Ground,
    wish: Wish,
    kills: Callable[[], int],
    working: list[Future[None]],
    tell: Callable[[Count, int], None],
) -> None:
    final, since = 0, time.monotonic()
    while final < wish.jobs and time.monotonic() - since < NOTHING_HAPPENED_S:
        for one in working:
            if one.done():
                one.result()
        count = ground.count()
        tell(count, kills())
        if count.final > final:
            final, since = count.final, time.monotonic()
        time.sleep(LOOK_EVERY_S)


def _wait_for_quiet(ground: Ground) -> None:
    """Late copies are still to be taken, found superfluous and deleted."""
    deadline = time.monotonic() + QUIET_WITHIN_S
    while ground.queue.depth().total and time.monotonic() < deadline:
        time.sleep(LOOK_EVERY_S)
