"""The loop: receive one message, claim its row, run one attempt, settle the message."""

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog
from pydantic import ValidationError

from shared.errors import DatabaseError, QueueError
from shared.job_queue import JobQueue, Received
from shared.job_store import Busy, Claimed, JobStore, Over
from shared.messages import JobMessage
from shared.settings import WorkerSettings
from shared.telemetry import logger
from worker_service.heartbeat import Heartbeat
from worker_service.job import Outcome
from worker_service.shutdown import Shutdown

log = logger(__name__)

OUTAGE_PAUSE_S = 5.0
"""How long to leave a queue or database alone that did not answer."""

JITTER = 0.2


@dataclass(frozen=True, slots=True)
class Consumer:
    """Takes jobs one at a time until shutdown is requested."""

    jobs: JobStore
    queue: JobQueue
    run_attempt: Callable[[Claimed, Heartbeat], Outcome]
    settings: WorkerSettings
    worker: str
    shutdown: Shutdown

    def run(self) -> None:
        """Poll until shutdown; an outage of SQS or PostgreSQL, or a bug, only makes it wait."""
        log.info("worker ready", worker=self.worker)
        while not self.shutdown.requested:
            try:
                self.take_one()
            except (QueueError, DatabaseError) as error:
                log.warning("waiting for a service", code=error.code)
                self.shutdown.wait(OUTAGE_PAUSE_S)
            except Exception:
                log.exception("unexpected; the message comes back after its visibility")
                self.shutdown.wait(OUTAGE_PAUSE_S)
        log.info("worker stopped", worker=self.worker)

    def take_one(self) -> None:
        """Receive at most one message and see it through.

        The database is asked first: SQS counts receives, and one that could not even be claimed
        would bring the message nearer to the dead-letter queue.
        """
        self.jobs.check()
        received = self.queue.receive(
            wait_s=self.settings.receive_wait_s, visibility_s=self.settings.visibility_s
        )
        if received is None:
            return
        if self.shutdown.requested:
            self.queue.extend(received, visibility_s=0)
            return
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
        claim = self.jobs.claim(message.job_id, worker=self.worker, lease_s=self.settings.lease_s)
        match claim:
            case Claimed():
                self._run(received, message, claim)
            case Busy(remaining_s=remaining_s):
                log.info("another worker has the job", remaining_s=round(remaining_s))
                self.queue.extend(received, visibility_s=min(round(remaining_s) + 1, 43_200))
            case Over():
                self._settle_over(received, claim)

    def _run(self, received: Received, message: JobMessage, claimed: Claimed) -> None:
        heartbeat = Heartbeat(
            jobs=self.jobs,
            queue=self.queue,
            lease=claimed.lease,
            received=received,
            lease_s=self.settings.lease_s,
            visibility_s=self.settings.visibility_s,
            every_s=self.settings.heartbeat_s,
        )
        with (
            structlog.contextvars.bound_contextvars(attempt=claimed.lease.attempt),
            heartbeat,
        ):
            outcome = self.run_attempt(claimed, heartbeat)
            log.info("attempt over", outcome=outcome)
        match outcome:
            case Outcome.COMPLETED | Outcome.FAILED:
                self.queue.delete(received)
            case Outcome.RETRYING:
                pause_s = self._retry_pause_s(claimed.lease.attempt)
                log.info("trying again later", pause_s=pause_s)
                self.queue.extend(received, visibility_s=pause_s)
            case Outcome.RETURNED:
                self._send_anew(received, message)
            case Outcome.GIVEN_UP:
                self.queue.extend(received, visibility_s=0)
            case Outcome.LEASE_LOST:
                pass  # whoever holds the job now settles the message

    def _send_anew(self, received: Received, message: JobMessage) -> None:
        """Replace the message of a job given back: stops must not use up its receives."""
        self.jobs.sent(message.job_id, self.queue.send(message))
        self.queue.delete(received)

    def _settle_over(self, received: Received, over: Over) -> None:
        if over.status is None or over.given_up:
            log.warning("left for the dead-letter queue", status=over.status)
            with suppress(QueueError):
                self.queue.extend(received, visibility_s=0)
            return
        log.info("job is final already, message deleted", status=over.status)
        self.queue.delete(received)

    def _retry_pause_s(self, attempt: int) -> int:
        base = self.settings.retry_base_s * 2.0 ** (attempt - 1)
        spread = random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - spreads load, hides nothing
        return round(min(base, self.settings.retry_cap_s) * spread)
