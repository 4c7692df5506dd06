"""Dead letters, as the sweeper and operators read them: one way to take them up, one verdict.

A letter is the dead message of a job, or a copy that strayed. Whoever looks at one hides it from
everybody else meanwhile, so no two work on the same; who dies holding letters loses none of them.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from pydantic import ValidationError

from shared.errors import JobNotFound, QueueError
from shared.job_moves import another_try_may_help
from shared.job_store import JobStore
from shared.jobs import MAX_ATTEMPTS, UNCLAIMED, Stage, Status
from shared.models import VideoAnalysisJob
from shared.queue.job_queue import JobQueue, Received
from shared.queue.messages import JobMessage

HIDDEN_S = 120
"""How long a letter stays with whoever looks; after a crash it comes back by itself."""

_AT_ONCE = 10
"""As many messages as SQS hands out in one answer."""

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
    """What to do with a letter, and why, in words; `sweepers` when its job is to be freed first."""

    redrive: Redrive
    why: str
    sweepers: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter and the job it is about; an unreadable one has no id, a lost one no job.

    `deleted`: there was such a job, and its coach deleted it.
    """

    message: Received
    job_id: UUID | None
    job: VideoAnalysisJob | None
    deleted: bool = False

    @property
    def plan(self) -> Plan:
        """What redriving it would do."""
        if self.job_id is None:
            return Plan(Redrive.KEEP, "it is no job message; look at its body, then purge it")
        if self.deleted:
            return Plan(Redrive.REMOVE, "its job was deleted")
        if self.job is None:
            return Plan(Redrive.KEEP, "there is no such job in this database")
        if self.job.sqs_message_id not in {None, self.message.message_id}:
            return Plan(Redrive.REMOVE, "it is a copy: another message carries its job")
        if Status(self.job.status).final:
            return _plan_for_final(self.job)
        return _plan_for_open(self.job)


@dataclass(frozen=True, slots=True)
class Hand:
    """Messages that are hidden from everybody else."""

    queue: JobQueue
    held: list[Received]

    def remove(self, message: Received) -> None:
        """Take one out of the queue for good."""
        self.queue.delete(message)
        self.held.remove(message)

    def letters(self, jobs: JobStore) -> Iterator[Letter]:
        """Read each message, oldest first, and its job when its turn comes.

        An earlier letter may move the job.
        """
        for message in sorted(self.held, key=lambda message: message.sent_at):
            job_id = _job_id(message)
            job = _job(jobs, job_id) if job_id else None
            deleted = job_id is not None and job is None and jobs.deleted(job_id)
            yield Letter(message, job_id, job, deleted)


@contextmanager
def in_hand(queue: JobQueue, *, most: int) -> Iterator[Hand]:
    """Hide up to `most` of the messages that are there now; those not removed are put back."""
    hand = Hand(queue, [])
    try:
        expected = min(queue.depth().visible, most)
        while len(hand.held) < expected and (batch := _next_batch(queue)):
            hand.held.extend(batch)
        yield hand
    finally:
        with suppress(QueueError):  # then they come back by themselves
            for message in hand.held:
                queue.extend(message, visibility_s=0)


def _next_batch(queue: JobQueue) -> list[Received]:
    return queue.receive_some(_AT_ONCE, wait_s=_WAIT_S, visibility_s=HIDDEN_S)


def _job_id(message: Received) -> UUID | None:
    try:
        return JobMessage.model_validate_json(message.body).job_id
    except ValidationError:
        return None


def _job(jobs: JobStore, job_id: UUID) -> VideoAnalysisJob | None:
    try:
        return jobs.get(job_id)
    except JobNotFound:
        return None


def _plan_for_final(job: VideoAnalysisJob) -> Plan:
    if another_try_may_help(job):
        return Plan(Redrive.REVIVE, "its job is tried again, with all its tries")
    if job.status == Status.FAILED:
        return Plan(Redrive.REMOVE, "trying its job again would not help")
    return Plan(Redrive.REMOVE, f"its job is {job.status} already")


def _plan_for_open(job: VideoAnalysisJob) -> Plan:
    if job.stage == Stage.AWAITING_UPLOAD:
        return Plan(Redrive.KEEP, "its job still waits for the video")
    if job.stage not in UNCLAIMED:
        why = "a worker has its job, or the sweeper soon frees it"
        return Plan(Redrive.KEEP, why, sweepers=True)
    if job.attempt - job.attempts_returned > MAX_ATTEMPTS:
        why = "its job is out of tries; the sweeper fails it, then redrive"
        return Plan(Redrive.KEEP, why, sweepers=True)
    return Plan(Redrive.RESEND, "its job waits for this message and is sent again")
