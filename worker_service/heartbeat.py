"""One beat for everything that would run out: lease, visibility, the worker's row, protection."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from shared.errors import DatabaseError, LeaseLost, QueueError
from shared.job_moves import Lease
from shared.job_store import JobStore
from shared.queue.job_queue import JobQueue, Received
from shared.settings import WorkerSettings
from shared.telemetry import Metrics, logger
from shared.worker_store import WorkerStore
from worker_service.task_protection import TaskProtection

log = logger(__name__)

LOOK_EVERY_S = 0.5
"""How often the row is looked at between two beats, so that a cancelled job ends soon."""

SOONER = 4
"""After a beat that failed the next one comes after this part of the usual pause."""

LAST_BEAT_S = 5.0
"""How long the end waits for a beat under way. One that hangs longer is left behind: it renews
nothing more afterwards, and what it had begun is guarded by the lease."""


@dataclass(frozen=True, slots=True)
class Held:
    """A job in hand, and all that has to be renewed for it to stay there."""

    jobs: JobStore
    workers: WorkerStore
    queue: JobQueue
    protection: TaskProtection
    lease: Lease
    received: Received
    worker: str

    def renewals(self, *, lease_s: float, visibility_s: int) -> tuple[Callable[[], None], ...]:
        """What has to be done: each by itself, as each service may be away alone.

        The first raises `LeaseLost` when another attempt owns the row, or it is final.
        """
        return (
            lambda: self.jobs.beat(self.lease, lease_s=lease_s),
            lambda: self.queue.extend(self.received, visibility_s=visibility_s),
            lambda: self.workers.seen(self.worker, self.lease),
            self.protection.refresh,
        )

    def look(self) -> None:
        """Raise `LeaseLost` when the row is not ours any more; an outage is the beats' business."""
        try:
            self.jobs.confirm(self.lease)
        except DatabaseError as error:
            log.debug("row not seen", code=error.code)


class Heartbeat:
    """Keeps a claimed job ours while the `with` block runs.

    A beat that fails because a service is away is tried again soon: the lease is several beats
    long. Between beats a thread of its own looks at the row, so that a cancelled job is seen soon
    though a beat waits for a silent SQS. Once the lease is gone the heart stops, and `check` says
    so. It also stops by itself after the longest time a job can take, so that a worker that hangs
    holds none for ever.
    """

    def __init__(self, held: Held, settings: WorkerSettings, metrics: Metrics) -> None:
        self._held = held
        self._lease_s = settings.lease_s
        self._visibility_s = settings.visibility_s
        self._every_s = settings.heartbeat_s
        self._longest_s = settings.job_limit_s + settings.lease_s  # the latter for the commit
        self._metrics = metrics
        self._done = threading.Event()
        self._lost = threading.Event()
        self._stops_at = float("inf")
        self._threads = [
            threading.Thread(target=self._again, args=task, name=name, daemon=True)
            for name, task in {
                "heartbeat": (self._beat, self._every_s),
                "lookout": (self._look, LOOK_EVERY_S),
            }.items()
        ]

    def __enter__(self) -> Self:
        self._stops_at = time.monotonic() + self._longest_s
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        ends = time.monotonic() + LAST_BEAT_S
        for thread in self._threads:
            thread.join(max(0.0, ends - time.monotonic()))
            if thread.is_alive():
                log.warning("left behind", thread=thread.name)

    def check(self) -> None:
        """Raise `LeaseLost` once the row was seen to be another's, or final."""
        if self._lost.is_set():
            raise LeaseLost

    def _again(self, step: Callable[[], float], pause_s: float) -> None:
        """Take the step after each pause that it asks for, until the end or a lost lease."""
        while not self._done.wait(pause_s) and not self._lost.is_set():
            try:
                pause_s = step()
            except LeaseLost:
                self._lost.set()
            except Exception:
                log.exception("heartbeat broke")
                pause_s = min(pause_s, self._every_s / SOONER)

    def _beat(self) -> float:
        """Beat once; return the pause until the next."""
        if time.monotonic() > self._stops_at:
            log.error("no more heartbeats: the job takes too long")
            raise LeaseLost
        missed = self._missed()
        if not missed:
            return self._every_s
        log.warning("heartbeat failed", codes=missed)
        self._metrics.put({"HeartbeatsMissed": (1, "Count")})
        return self._every_s / SOONER

    def _missed(self) -> list[str]:
        """Renew everything, and return the codes of what could not be."""
        missed: list[str] = []
        for renewal in self._held.renewals(lease_s=self._lease_s, visibility_s=self._visibility_s):
            if self._done.is_set():
                break
            try:
                renewal()
            except (DatabaseError, QueueError) as error:
                missed.append(error.code)
        return missed

    def _look(self) -> float:
        self._held.look()
        return LOOK_EVERY_S
