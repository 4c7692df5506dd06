"""What the sweeper does about the messages that SQS set aside.

Where the job may still be tried, not the job failed but its message was lost: it is sent anew.
Letters that a person has to look at stay in the queue.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum, auto

from shared.models import VideoAnalysisJob
from shared.queue.dispatch import Dispatcher
from shared.queue.job_queue import JobQueue
from shared.queue.letters import Letter, Redrive, in_hand
from shared.sweep.rows import SweepStore, tries_used_up

LETTERS_A_SWEEP = 500
"""More wait for the next sweep; all that were looked at can be listed again at once."""


class Outcome(StrEnum):
    """What was done about a letter."""

    KEPT = auto()
    REMOVED = auto()
    SENT_ANEW = auto()
    JOB_FAILED = auto()


@dataclass(frozen=True, slots=True)
class Letters:
    """Goes through the dead-letter queue; `failed` is told the jobs that end by it."""

    queue: JobQueue
    store: SweepStore
    dispatcher: Dispatcher
    failed: Callable[[VideoAnalysisJob], None]

    def settle(self) -> Iterator[Outcome]:
        """Decide on each letter once and yield what was done; those that stay are put back.

        Raises:
            QueueError, DatabaseError: the rest is for the next sweep.
        """
        with in_hand(self.queue, most=LETTERS_A_SWEEP) as hand:
            for letter in hand.letters(self.dispatcher.jobs):
                outcome = self._settle(letter)
                if outcome in {Outcome.REMOVED, Outcome.SENT_ANEW}:
                    hand.remove(letter.message)
                yield outcome

    def _settle(self, letter: Letter) -> Outcome:
        """Act where nobody has to decide: reviving a failed job is for people."""
        plan = letter.plan
        if plan.redrive is Redrive.REMOVE:
            return Outcome.REMOVED
        if letter.job is not None and (plan.redrive is Redrive.RESEND or plan.sweepers):
            return self._try_again(letter.job)
        return Outcome.KEPT

    def _try_again(self, job: VideoAnalysisJob) -> Outcome:
        if lost := self.store.message_lost(job.id):
            self.dispatcher.send(lost)
            return Outcome.SENT_ANEW
        for failed in self.store.end(tries_used_up(), only=job.id):
            self.failed(failed)
            return Outcome.JOB_FAILED
        return Outcome.KEPT
