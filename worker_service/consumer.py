"""The loop: receive one message, claim its row, run one attempt, settle the message."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog
from pydantic import ValidationError

from shared.attempt_store import Busy, Claimed, Over
from shared.errors import DependencyError
from shared.job_store import JobStore
from shared.queue.job_queue import JobQueue, Received
from shared.queue.messages import JobMessage
from shared.settings import WorkerSettings
from shared.telemetry import Metrics, logger
from shared.worker_store import WorkerStore
from worker_service.heartbeat import Heartbeat, Held
from worker_service.job import Outcome
from worker_service.patience import SHORT_S, patiently
from worker_service.rest import Rest
from worker_service.settle import Settler
from worker_service.shutdown import Shutdown
from worker_service.task_protection import TaskProtection

log = logger(__name__)

SAY_EVERY_S = 20.0
"""A worker that rests says so often that it lives."""


@dataclass(frozen=True, slots=True)
class Consumer:
    """Takes jobs one at a time until shutdown is requested.

    Attributes:
        run_attempt: works on a claimed job under a heartbeat.
        rest: asked before each receive whether this worker had better take none.
        get_ready: called before each receive, to use the time while there is no job.
        alive: called each time the loop comes round.
        at_end: closed one after the other when the worker stops.
        outage_pause_s: how long to leave a service alone that did not answer.
        refused_pause_s: how long to wait before asking again for a protection that was refused.
    """

    jobs: JobStore
    workers: WorkerStore
    queue: JobQueue
    settler: Settler
    protection: TaskProtection
    run_attempt: Callable[[Claimed, Heartbeat], Outcome]
    settings: WorkerSettings
    worker: str
    shutdown: Shutdown
    metrics: Metrics
    rest: Rest
    get_ready: Callable[[], None] = lambda: None
    alive: Callable[[], None] = lambda: None
    at_end: Sequence[Callable[[], None]] = ()
    outage_pause_s: float = 5.0
    refused_pause_s: float = 20.0

    def run(self) -> None:
        """Poll until shutdown, then leave in order.

        What SIGTERM sets off:

        1. `take_one` receives nothing more, so no job begins that would be cut off at once.
        2. The job in hand may use the grace time: finishing is cheaper than doing it again.
        3. After it, `shutdown.check` ends the attempt wherever it is; the row goes back to
           waiting without the try being counted, and a fresh message makes it visible at once.
        4. Then `_leave`.
        """
        log.info("worker ready", worker=self.worker)
        while not self.shutdown.requested:
            self.alive()
            self._surviving(self.take_one)
        self._leave()
        log.info("worker stopped", worker=self.worker)

    def take_one(self) -> None:
        """Receive at most one message and see it through.

        The database is asked first: SQS counts receives, and one that could not even be claimed
        would bring the message nearer to the dead-letter queue.
        """
        self.workers.seen(self.worker)
        if rest_s := self.rest.left_s:
            self.protection.release()
            self.shutdown.wait(min(rest_s, SAY_EVERY_S))
            return
        self.get_ready()
        if not self.protection.acquire():
            self.shutdown.wait(self.refused_pause_s)
            return
        received = self.queue.receive(
            wait_s=self.settings.receive_wait_s, visibility_s=self.settings.visibility_s
        )
        if received is None:
            self.protection.release()
        elif self.shutdown.requested:
            self.queue.extend(received, visibility_s=0)
        else:
            self._read(received)

    def _surviving(self, step: Callable[[], None]) -> None:
        """Do it; an outage of SQS, S3 or PostgreSQL, or a bug, only makes the worker wait."""
        try:
            step()
        except DependencyError as error:
            log.warning("waiting for a service", code=error.code)
        except Exception:
            log.exception("unexpected; the message comes back after its visibility")
        else:
            return
        self.protection.release()
        self.shutdown.wait(self.outage_pause_s)

    def _leave(self) -> None:
        """Each step by itself: one that fails does not keep the next from being made."""
        steps = (
            *self.at_end,  # first what takes room: the analyst's process, the folder
            lambda: self.workers.gone(self.worker),  # a worker that left is not a missing one
            self.protection.release,  # last: from here on ECS may end the task
        )
        for step in steps:
            try:
                step()
            except Exception as error:  # noqa: BLE001 - nothing may keep a worker from stopping
                log.warning("not left in order", reason=type(error).__name__)

    def _read(self, received: Received) -> None:
        try:
            message = JobMessage.model_validate_json(received.body)
        except ValidationError:
            log.warning("unreadable message left for the dead-letter queue", id=received.message_id)
            return
        with structlog.contextvars.bound_contextvars(
            job_id=str(message.job_id), trace_id=message.trace_id
        ):
            self._handle(received, message)

    def _handle(self, received: Received, message: JobMessage) -> None:
        claim = self.jobs.claim(
            message.job_id,
            worker=self.worker,
            lease_s=self.settings.lease_s,
            message_id=received.message_id,
        )
        match claim:
            case Claimed():
                self._run(received, claim)
            case Busy():
                self.settler.held_by_another(received, claim)
            case Over():
                self.settler.over(received, message.job_id, claim)

    def _run(self, received: Received, claimed: Claimed) -> None:
        held = Held(
            jobs=self.jobs,
            workers=self.workers,
            queue=self.queue,
            protection=self.protection,
            lease=claimed.lease,
            received=received,
            worker=self.worker,
        )
        with (
            structlog.contextvars.bound_contextvars(attempt=claimed.lease.attempt),
            Heartbeat(held, self.settings, self.metrics) as heartbeat,
        ):
            outcome = self.run_attempt(claimed, heartbeat)
            log.info("attempt over", outcome=outcome)
        match outcome:
            case Outcome.COMPLETED | Outcome.FAILED | Outcome.CANCELLED:
                self._over(received, claimed.lease.job_id)
            case Outcome.RETRYING:
                self.settler.try_again_later(received, claimed)
            case Outcome.RETURNED:
                self.settler.send_anew(received, claimed)
            case Outcome.LEASE_LOST:
                pass  # whoever holds the job now settles the message

    def _over(self, received: Received, job_id: UUID) -> None:
        within_s = min(SHORT_S, self.settings.lease_s)
        if over := patiently(lambda: self.jobs.over(job_id), within_s=within_s, check=self.alive):
            self.settler.over(received, job_id, over)
