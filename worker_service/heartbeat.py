"""One beat for everything that would run out: lease, visibility, the worker's row, protection."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from shared.errors import CoachError, DatabaseError, LeaseLost, QueueError
from shared.job_moves import Lease
from shared.job_queue import JobQueue, Received
from shared.job_store import JobStore
from shared.settings import WorkerSettings
from shared.telemetry import Metrics, logger
from shared.worker_store import WorkerStore
from worker_service.task_protection import TaskProtection

log = logger(__name__)

LOOK_EVERY_S = 0.5
"""How often the row is looked at between two beats, so that a cancelled job ends soon."""

SOONER = 4
"""After a beat that failed the next one comes after this part of the usual pause."""


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

    def renew(self, *, lease_s: float, visibility_s: int) -> list[CoachError]:
        """Renew each by itself, so that one service being away costs only its own part.

        Returns what failed.

        Raises:
            LeaseLost: another attempt owns the row, or it is final; the message was left alone.
        """
        renewals: tuple[Callable[[], None], ...] = (
            lambda: self.jobs.beat(self.lease, lease_s=lease_s),
            lambda: self.queue.extend(self.received, visibility_s=visibility_s),
            lambda: self.workers.seen(self.worker, self.lease),
        )
        missed: list[CoachError] = []
        for renewal in renewals:
            try:
                renewal()
            except (DatabaseError, QueueError) as error:
                missed.append(error)
        self.protection.refresh()
        return missed

    def look(self) -> None:
        """Raise `LeaseLost` when the row is not ours any more; an outage is the beat's business."""
        try:
            self.jobs.confirm(self.lease)
        except DatabaseError as error:
            log.debug("row not seen", code=error.code)


class Heartbeat:
    """Keeps a claimed job ours while the `with` block runs.

    A beat that fails because a service is away is tried again soon: the lease is several beats
    long. Once the lease is gone the heart stops, and `check` says so. It also stops by itself
    after the longest time a job can take, so that a worker that hangs holds none for ever.
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
        self._thread = threading.Thread(target=self._beat_on, name="heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()

    def check(self) -> None:
        """Raise `LeaseLost` once the row was seen to be another's, or final."""
        if self._lost.is_set():
            raise LeaseLost

    def _beat_on(self) -> None:
        began = time.monotonic()
        due = began + self._every_s
        while not self._done.wait(min(LOOK_EVERY_S, max(due - time.monotonic(), 0))):
            if time.monotonic() - began > self._longest_s:
                log.error("no more heartbeats: the job takes too long")
                self._lost.set()
                return
            try:
                due = self._beat() if time.monotonic() >= due else self._look(due)
            except LeaseLost:
                self._lost.set()
                return
            except Exception:
                log.exception("heartbeat broke")
                due = time.monotonic() + self._every_s / SOONER

    def _beat(self) -> float:
        """Beat once; return when the next is due."""
        missed = self._held.renew(lease_s=self._lease_s, visibility_s=self._visibility_s)
        if not missed:
            return time.monotonic() + self._every_s
        log.warning("heartbeat failed", codes=[error.code for error in missed])
        self._metrics.put({"HeartbeatsMissed": (1, "Count")})
        return time.monotonic() + self._every_s / SOONER

    def _look(self, due: float) -> float:
        self._held.look()
        return due
