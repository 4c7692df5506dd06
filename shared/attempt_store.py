"""What a worker may do to a job's row: claim it, keep it, and end its attempt.

The attempt number is the fencing token: `claim` raises it in one statement, and every later
write of a worker carries it. A write that touches no row means the lease is lost. What becomes of
an attempt is written to its line in the history by the same transaction.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, Executable, Update, exists, func, select, update

from shared import jobs
from shared.database import transaction
from shared.erasure.kinds import Erased
from shared.errors import CoachError, LeaseLost, MaxRetries, UserAction
from shared.job_moves import (
    NO_NOTES,
    AttemptNotes,
    Lease,
    another_try_may_help,
    attempt_begun,
    attempt_over,
    attempts_used,
    failing,
    free,
    from_now,
    held,
    moving,
    open_attempts_over,
    reason,
)
from shared.jobs import MAX_ATTEMPTS, AttemptOutcome, Stage, Status
from shared.models import DeletionReceipt
from shared.models import VideoAnalysisJob as Job


@dataclass(frozen=True, slots=True)
class Claimed:
    """The job is ours until the lease runs out."""

    lease: Lease
    job: Job

    @property
    def only_takes_over(self) -> bool:
        """Whether all tries were used up before.

        Such an attempt may still commit results that an earlier one stored whole. It computes
        none, and fails the job where there are none.
        """
        return self.job.attempt - self.job.attempts_returned > MAX_ATTEMPTS


@dataclass(frozen=True, slots=True)
class Busy:
    """Another worker holds the job for `remaining_s` more, by the message `message_id`."""

    remaining_s: float
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class Over:
    """The job is final, or is not there (`status` None).

    Attributes:
        status: the final one.
        deleted: it is not there because its coach deleted it; its message means nothing any more.
        given_up: it failed, and another try at the same video may help. So its message belongs
            into the dead-letter queue, where an operator may send it again.
        results_prefix: where its results lie in the bucket, once completed.
        attempt: how many there were by then. A later one belongs to a job that was revived.
    """

    status: Status | None
    given_up: bool = False
    results_prefix: str | None = None
    attempt: int = 0
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """What a worker reports. Percent is 0..100 over the whole attempt."""

    stage: Stage
    percent: float
    frames_done: int = 0
    frames_total: int = 0
    estimated_completion: datetime | None = None


class AttemptStore:
    """Attempts at jobs. Every method raises `DatabaseError` when PostgreSQL is away."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def claim(
        self, job_id: UUID, *, worker: str, lease_s: float, message_id: str | None = None
    ) -> Claimed | Busy | Over:
        """Take the next attempt, in one statement, if the job is free and has one left.

        One more than `MAX_ATTEMPTS` is granted, to commit what the last worker had stored whole
        before it vanished: see `Claimed.only_takes_over`.

        `message_id` is the message that brought the worker here; from now on it is the job's.
        """
        claim = moving(
            jobs.CLAIMED,
            job_id,
            attempt=Job.attempt + 1,
            worker=worker,
            lease_until=from_now(lease_s),
            sqs_message_id=func.coalesce(message_id, Job.sqs_message_id),
            attempt_started_at=func.now(),
            percent=0,
            frames_done=0,
            frames_total=0,
            estimated_completion=None,
            **reason(None),
        ).where(free(), attempts_used() <= MAX_ATTEMPTS)
        with transaction(self._engine) as rows:
            job = rows.scalar(claim.returning(Job))
            if job is not None:
                lease = Lease(job.id, job.attempt)
                rows.execute(open_attempts_over(job_id, AttemptOutcome.LOST))
                rows.execute(attempt_begun(lease, worker))
                return Claimed(lease, job)
        return self._why_not(job_id)

    def beat(self, lease: Lease, *, lease_s: float) -> None:
        """Renew the lease from now.

        Raises:
            LeaseLost: another attempt owns the row, or it is final.
        """
        self._write(update(Job).where(held(lease)).values(lease_until=from_now(lease_s)))

    def confirm(self, lease: Lease) -> None:
        """Return while the row is still this attempt's.

        Raises:
            LeaseLost: another attempt owns the row, or it is final (cancelled, say).
        """
        with transaction(self._engine) as rows:
            if rows.execute(select(Job.id).where(held(lease))).first() is None:
                raise LeaseLost

    def progress(self, lease: Lease, progress: Progress) -> None:
        """Show where the attempt is; percent never goes down within it.

        Raises:
            LeaseLost: another attempt owns the row, or it is final (cancelled, say).
        """
        self._write(
            update(Job)
            .where(held(lease))
            .values(
                stage=progress.stage,
                percent=func.greatest(Job.percent, progress.percent),
                frames_done=progress.frames_done,
                frames_total=progress.frames_total,
                estimated_completion=progress.estimated_completion,
            )
        )

    def finish(
        self,
        lease: Lease,
        *,
        results: dict[str, Any],
        results_prefix: str,
        notes: AttemptNotes = NO_NOTES,
    ) -> None:
        """Commit the results: completed, done.

        Raises:
            LeaseLost: another attempt owns the row, or it is final.
        """
        self._write(
            moving(
                jobs.FINISHED,
                lease.job_id,
                results=results,
                results_prefix=results_prefix,
                percent=100,
                frames_done=Job.frames_total,  # the last progress may have come too soon to write
                lease_until=None,
                estimated_completion=None,
                completed_at=func.now(),
            ).where(held(lease)),
            attempt_over(lease, AttemptOutcome.COMPLETED, notes=notes),
        )

    def fail(self, lease: Lease, error: CoachError, *, notes: AttemptNotes = NO_NOTES) -> Status:
        """End the attempt: `retrying` when another may help and is left, else `failed`.

        Returns the status the row now has.

        Raises:
            LeaseLost: another attempt owns the row, or it is final.
        """
        if error.retryable and self._has_another(lease):
            self._write(
                moving(jobs.RETRYING, lease.job_id, lease_until=None, **reason(error)).where(
                    held(lease)
                ),
                attempt_over(lease, AttemptOutcome.RETRYING, error=error, notes=notes),
            )
            return Status.PROCESSING
        final = failing(lease.job_id, error).where(held(lease))
        if error.retryable:  # but nobody will: waiting does not help any more
            final = final.values(user_action=UserAction.CONTACT_SUPPORT)
        self._write(final, attempt_over(lease, AttemptOutcome.FAILED, error=error, notes=notes))
        return Status.FAILED

    def give_back(self, lease: Lease) -> None:
        """Return a job unharmed (shutdown): waiting again, the attempt does not count.

        Raises:
            LeaseLost: another attempt owns the row, or it is final.
        """
        self._write(
            moving(
                jobs.RETURNED,
                lease.job_id,
                lease_until=None,
                attempts_returned=Job.attempts_returned + 1,
            ).where(held(lease)),
            attempt_over(lease, AttemptOutcome.RETURNED),
        )

    def over(self, job_id: UUID) -> Over | None:
        """How the job ended; None while it is open."""
        with transaction(self._engine) as rows:
            job = rows.get(Job, job_id)
        if job is None:
            return Over(None, deleted=self.deleted(job_id))
        if not Status(job.status).final:
            return None
        given_up = another_try_may_help(job)
        return Over(Status(job.status), given_up, job.results_prefix, job.attempt)

    def deleted(self, job_id: UUID) -> bool:
        """Whether there was such a job, and its coach deleted it."""
        receipt = exists().where(
            DeletionReceipt.subject == str(job_id), DeletionReceipt.kind == Erased.JOB
        )
        with transaction(self._engine) as rows:
            return bool(rows.scalar(select(receipt)))

    def _why_not(self, job_id: UUID) -> Busy | Over:
        """Explain a refused claim; a job whose attempts are used up is failed here."""
        used_up = failing(job_id, MaxRetries()).where(free(), attempts_used() > MAX_ATTEMPTS)
        left_s = func.extract("epoch", Job.lease_until - func.clock_timestamp())
        with transaction(self._engine) as rows:
            if rows.execute(used_up.returning(Job.id)).first():
                rows.execute(open_attempts_over(job_id, AttemptOutcome.LOST))
        if over := self.over(job_id):
            return over
        with transaction(self._engine) as rows:
            row = rows.execute(select(left_s, Job.sqs_message_id).where(Job.id == job_id)).first()
        remaining_s, message_id = row or (None, None)
        return Busy(max(float(remaining_s or 0), 1.0), message_id)

    def _has_another(self, lease: Lease) -> bool:
        with transaction(self._engine) as rows:
            used = rows.scalar(select(attempts_used()).where(Job.id == lease.job_id))
        return used is not None and used < MAX_ATTEMPTS

    def _write(self, guarded: Update, *along: Executable) -> None:
        """Run the guarded UPDATE and, when it touched the row, what belongs to it."""
        with transaction(self._engine) as rows:
            if rows.execute(guarded.returning(Job.id)).first() is None:
                raise LeaseLost
            for statement in along:
                rows.execute(statement)
