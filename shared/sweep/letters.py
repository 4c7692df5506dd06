"""What becomes of the messages that SQS set aside.

A letter is the dead message of a job, or a copy that strayed. Where the job may still be tried,
not the job failed but its message was lost: it is sent anew. Letters that a person has to look at
stay in the queue.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum, auto
from uuid import UUID

from pydantic import ValidationError

from shared.dispatch import Dispatcher
from shared.errors import JobNotFound, QueueError
from shared.job_queue import JobQueue, Received
from shared.jobs import Stage, Status
from shared.messages import JobMessage
from shared.models import VideoAnalysisJob
from shared.sweep.rows import CleanUp, SweepStore, tries_used_up
from shared.telemetry import logger

log = logger(__name__)

LETTERS_A_SWEEP = 500
"""More wait for the next sweep; all that were looked at can be listed again at once."""

LOOK_S = 60
"""How long a letter is hidden while it is looked at, should nobody put it back."""

AT_ONCE = 10
"""As many messages as SQS hands out in one answer."""


class Verdict(StrEnum):
    """What a letter deserves."""

    KEEP = auto()
    REMOVE = auto()
    TRY_AGAIN = auto()


class Outcome(StrEnum):
    """What was done about a letter."""

    KEPT = auto()
    REMOVED = auto()
    SENT_ANEW = auto()
    JOB_FAILED = auto()


def judge(job: VideoAnalysisJob, message_id: str) -> Verdict:
    """Weigh a letter against the row it names.

    A job that failed after all tries keeps its letter, which an operator may send again; any
    other that is over needs none, and neither does one that another message carries.
    """
    if job.sqs_message_id not in {None, message_id}:
        return Verdict.REMOVE
    if job.status == Status.FAILED and job.error_retryable:
        return Verdict.KEEP
    if Status(job.status).final:
        return Verdict.REMOVE
    return Verdict.KEEP if job.stage == Stage.AWAITING_UPLOAD else Verdict.TRY_AGAIN


@dataclass(frozen=True, slots=True)
class Letters:
    """Goes through the dead-letter queue."""

    queue: JobQueue
    store: SweepStore
    dispatcher: Dispatcher
    clean_up: CleanUp

    def settle(self) -> Iterator[Outcome]:
        """Decide on each letter once and yield what was done; those that stay are put back.

        Raises:
            QueueError, DatabaseError, StorageError: the rest is for the next sweep.
        """
        kept: list[Received] = []
        try:
            for letter in self._read():
                kept.append(letter)
                outcome = self._settle_one(letter)
                if outcome in {Outcome.REMOVED, Outcome.SENT_ANEW}:
                    self.queue.delete(kept.pop())
                yield outcome
        finally:
            with suppress(QueueError):  # then they come back by themselves
                for letter in kept:
                    self.queue.extend(letter, visibility_s=0)

    def _read(self) -> Iterator[Received]:
        """Hand out each letter that is there now; hidden, none comes twice."""
        left = min(self.queue.depth().visible, LETTERS_A_SWEEP)
        while left > 0:
            letters = self.queue.receive_some(min(left, AT_ONCE), wait_s=1, visibility_s=LOOK_S)
            if not letters:
                return
            left -= len(letters)
            yield from letters

    def _settle_one(self, letter: Received) -> Outcome:
        try:
            job_id = JobMessage.model_validate_json(letter.body).job_id
            job = self.dispatcher.jobs.get(job_id)
        except (ValidationError, JobNotFound):
            return Outcome.KEPT
        match judge(job, letter.message_id):
            case Verdict.KEEP:
                return Outcome.KEPT
            case Verdict.REMOVE:
                return Outcome.REMOVED
            case Verdict.TRY_AGAIN:
                return self._try_again(job_id)

    def _try_again(self, job_id: UUID) -> Outcome:
        if job := self.store.message_lost(job_id):
            self.dispatcher.send(job)
            return Outcome.SENT_ANEW
        over = tries_used_up(lease_over_for_s=0)
        failed = self.store.end(over, clean_up=self.clean_up, only=job_id)
        return Outcome.JOB_FAILED if failed else Outcome.KEPT
