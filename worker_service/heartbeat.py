"""One beat for both: the row's lease and the message's visibility."""

import threading
from types import TracebackType
from typing import Self

from shared.errors import DatabaseError, LeaseLost, QueueError
from shared.job_moves import Lease
from shared.job_queue import JobQueue, Received
from shared.job_store import JobStore
from shared.telemetry import logger

log = logger(__name__)


class Heartbeat:
    """Keeps a claimed job ours while the `with` block runs.

    A beat that fails because a service is away is tried again at the next one: the lease is
    several beats long. A beat that finds the lease gone stops, and `check` says so.
    """

    def __init__(
        self,
        *,
        jobs: JobStore,
        queue: JobQueue,
        lease: Lease,
        received: Received,
        lease_s: float,
        visibility_s: int,
        every_s: float,
    ) -> None:
        self._jobs = jobs
        self._queue = queue
        self._lease = lease
        self._received = received
        self._lease_s = lease_s
        self._visibility_s = visibility_s
        self._every_s = every_s
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
        """Raise `LeaseLost` once a beat was refused."""
        if self._lost.is_set():
            raise LeaseLost

    def _beat_on(self) -> None:
        while not self._done.wait(self._every_s):
            try:
                self._jobs.beat(self._lease, lease_s=self._lease_s)
                self._queue.extend(self._received, visibility_s=self._visibility_s)
            except LeaseLost:
                self._lost.set()
                return
            except (DatabaseError, QueueError) as error:
                log.warning("heartbeat failed", code=error.code)
            except Exception:
                log.exception("heartbeat broke")
