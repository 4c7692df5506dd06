"""The dead-letter queue as an operator works on it: look, send again, throw away."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

from shared.errors import ConsentRequired
from shared.jobs import Status
from shared.models import VideoAnalysisJob
from shared.players.consent import ConsentAnew
from shared.queue.dispatch import Dispatcher
from shared.queue.job_queue import JobQueue
from shared.queue.letters import Letter, Plan, Redrive, in_hand

LETTERS_AT_ONCE = 10_000
"""More than a person looks at; SQS keeps up to 120 000 in hand."""


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

    queue: JobQueue
    dispatcher: Dispatcher
    consent: ConsentAnew

    def look(self) -> list[Letter]:
        """Every letter that nobody else holds, oldest first; all stay."""
        with in_hand(self.queue, most=LETTERS_AT_ONCE) as hand:
            return list(hand.letters(self.dispatcher.jobs))

    def redrive(self, job_id: UUID | None = None) -> Iterator[Settled]:
        """Send the jobs of all letters, or one job's, on their way again.

        The row is revived first, then the message sent, the letter deleted last: a crash in
        between leaves a job that waits, and its letter or the sweeper sends it.
        """
        yield from self._settled(job_id, self._redriven)

    def purge(self, job_id: UUID | None = None) -> Iterator[Settled]:
        """Delete all letters, or those of one job; rows stay as they are.

        A letter that an open job may still depend on is kept. What a job left in the bucket is
        the sweeper's to remove, letter or not.
        """
        yield from self._settled(job_id, self._purged)

    def _settled(
        self, job_id: UUID | None, settle: Callable[[Letter], Settled]
    ) -> Iterator[Settled]:
        with in_hand(self.queue, most=LETTERS_AT_ONCE) as hand:
            for letter in hand.letters(self.dispatcher.jobs):
                if job_id in {None, letter.job_id}:
                    settled = settle(letter)
                    if settled.removed:
                        hand.remove(letter.message)
                    yield settled

    def _redriven(self, letter: Letter) -> Settled:
        job, plan = letter.job, letter.plan
        if job is None or plan.redrive is Redrive.KEEP:
            return Settled(letter, plan, removed=plan.redrive is Redrive.REMOVE)
        if plan.redrive is Redrive.REVIVE and not self._is_allowed(job):
            refused = Plan(Redrive.KEEP, "it may show a minor, and nobody allows the analysis now")
            return Settled(letter, refused, removed=False)
        if plan.redrive is Redrive.REVIVE and not self.dispatcher.jobs.revive(job.id):
            changed = Plan(Redrive.KEEP, "its job has just changed; run this again")
            return Settled(letter, changed, removed=False)
        if plan.redrive is not Redrive.REMOVE:
            self.dispatcher.send(job)
        return Settled(letter, plan, removed=True)

    def _is_allowed(self, job: VideoAnalysisJob) -> bool:
        try:
            self.consent.check(job)
        except ConsentRequired:
            return False
        return True

    def _purged(self, letter: Letter) -> Settled:
        if _carries_an_open_job(letter):
            open_job = Plan(Redrive.KEEP, "its job is not over; redrive it")
            return Settled(letter, open_job, removed=False)
        return Settled(letter, Plan(Redrive.REMOVE, "thrown away"), removed=True)


def _carries_an_open_job(letter: Letter) -> bool:
    """Whether throwing it away could leave a job without a message."""
    open_job = letter.job is not None and not Status(letter.job.status).final
    return open_job and letter.plan.redrive is not Redrive.REMOVE
