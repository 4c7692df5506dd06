"""The dead-letter queue as an operator works on it: look, send again, throw away.

A letter that is looked at is hidden from everybody else meanwhile, so two operators, or one and
the sweeper, never work on the same one; whoever dies holding letters loses none of them.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from pydantic import ValidationError

from shared.dispatch import Dispatcher
from shared.errors import JobNotFound, QueueError
from shared.job_queue import JobQueue, Received
from shared.job_store import JobStore
from shared.jobs import MAX_ATTEMPTS, UNCLAIMED, Status
from shared.messages import JobMessage
from shared.models import VideoAnalysisJob

HIDDEN_S = 120
"""How long a letter stays with whoever looks; after a crash it comes back by itself."""

_AT_ONCE = 10
_WAIT_S = 1
"""Long enough to make SQS ask all of its servers, not a sample."""


class Redrive(StrEnum):
    """What redriving a letter comes to."""

    REVIVE = "revive"
    RESEND = "resend"
    REMOVE = "remove"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do with a letter, and why, in words."""

    redrive: Redrive
    why: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter and the job it is about; an unreadable one has no id, a lost one no job."""

    message: Received
    job_id: UUID | None
    job: VideoAnalysisJob | None

    @property
    def plan(self) -> Plan:
        """What redriving it would do."""
        if self.job_id is None:
            return Plan(Redrive.KEEP, "it is no job message; look at its body, then purge it")
        if self.job is None:
            return Plan(Redrive.KEEP, "there is no such job in this database")
        return _plan(self.job, self.message.message_id)

    @property
    def carries_an_open_job(self) -> bool:
        """Whether throwing it away could leave a job without a message."""
        open_job = self.job is not None and not Status(self.job.status).final
        return open_job and self.plan.redrive is not Redrive.REMOVE


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a letter: what was done, whether the letter is gone, and why."""

    letter: Letter
    plan: Plan
    removed: bool


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """The letters in `queue`; jobs are sent again through `dispatcher`.

    Every method raises `QueueError` and `DatabaseError`. What was not settled by then is shown
    again, and a second call goes on where the first one stopped.
    """

    jobs: JobStore
    queue: JobQueue
    dispatcher: Dispatcher

    def look(self) -> list[Letter]:
        """Every letter that nobody else holds, oldest first; all stay."""
        with self._in_hand() as messages:
            return list(self._letters(messages))

    def redrive(self, job_id: UUID | None = None) -> Iterator[Settled]:
        """Send the jobs of all letters, or one job's, on their way again.

        The row is revived first, then the message sent, the letter deleted last: a crash in
        between leaves a job that waits, and its letter or the sweeper sends it.
        """
        with self._in_hand() as messages:
            for letter in self._letters(messages, job_id):
                yield self._redriven(letter)

    def purge(self, job_id: UUID | None = None) -> Iterator[Settled]:
        """Delete all letters, or those of one job; rows stay as they are.

        A letter that an open job may still depend on is kept.
        """
        with self._in_hand() as messages:
            for letter in self._letters(messages, job_id):
                yield self._purged(letter)

    def _redriven(self, letter: Letter) -> Settled:
        job, plan = letter.job, letter.plan
        if job is None or plan.redrive is Redrive.KEEP:
            return Settled(letter, plan, removed=False)
        if plan.redrive is Redrive.REVIVE and not self.jobs.revive(job.id):
            changed = Plan(Redrive.KEEP, "its job has just changed; run this again")
            return Settled(letter, changed, removed=False)
        if plan.redrive is not Redrive.REMOVE:
            self.dispatcher.send(job)
        self.queue.delete(letter.message)
        return Settled(letter, plan, removed=True)

    def _purged(self, letter: Letter) -> Settled:
        if letter.carries_an_open_job:
            open_job = Plan(Redrive.KEEP, "its job is not over; redrive it")
            return Settled(letter, open_job, removed=False)
        self.queue.delete(letter.message)
        return Settled(letter, Plan(Redrive.REMOVE, "thrown away"), removed=True)

    @contextmanager
    def _in_hand(self) -> Iterator[list[Received]]:
        """Every message that is there now, oldest first, hidden from others for the block."""
        held: list[Received] = []
        try:
            expected = self.queue.depth().visible
            while len(held) < expected and (batch := self._next_batch()):
                held += batch
            yield sorted(held, key=lambda message: message.sent_at)
        finally:
            for message in held:
                with suppress(QueueError):  # deleted, or it comes back by itself
                    self.queue.extend(message, visibility_s=0)

    def _next_batch(self) -> list[Received]:
        return self.queue.receive_some(_AT_ONCE, wait_s=_WAIT_S, visibility_s=HIDDEN_S)

    def _letters(
        self, messages: Iterable[Received], job_id: UUID | None = None
    ) -> Iterator[Letter]:
        """Read each message and its job when its turn comes: an earlier one may move the job."""
        for message in messages:
            found = _job_id(message)
            if job_id in {None, found}:
                yield Letter(message, found, self._job(found) if found else None)

    def _job(self, job_id: UUID) -> VideoAnalysisJob | None:
        try:
            return self.jobs.get(job_id)
        except JobNotFound:
            return None


def _job_id(message: Received) -> UUID | None:
    try:
        return JobMessage.model_validate_json(message.body).job_id
    except ValidationError:
        return None


def _plan(job: VideoAnalysisJob, message_id: str) -> Plan:
    status = Status(job.status)
    if status is Status.FAILED and job.error_retryable:
        return Plan(Redrive.REVIVE, "its job is tried again, with all its tries")
    if status is Status.FAILED:
        return Plan(Redrive.REMOVE, "trying its job again would not help")
    if status.final:
        return Plan(Redrive.REMOVE, f"its job is {status} already")
    return _plan_for_open(job, message_id)


def _plan_for_open(job: VideoAnalysisJob, message_id: str) -> Plan:
    if job.stage not in UNCLAIMED:
        return Plan(Redrive.KEEP, "a worker has its job, or the sweeper soon frees it")
    if job.sqs_message_id not in {None, message_id}:
        return Plan(Redrive.REMOVE, "its job is on its way by another message")
    if job.attempt - job.attempts_returned >= MAX_ATTEMPTS:
        return Plan(Redrive.KEEP, "its job is out of tries; the sweeper fails it, then redrive")
    return Plan(Redrive.RESEND, "its job waits for this message and is sent again")
