"""From a `Move` to one guarded UPDATE, and from an attempt to its row in the history.

Statements only: the stores run them, each within a transaction of its own.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Insert, Update, and_, func, insert, or_, update

from shared import jobs
from shared.errors import CoachError, UserAction
from shared.jobs import LEASED, UNCLAIMED, AttemptOutcome, Move, Status
from shared.models import AnalysisAttempt as Attempt
from shared.models import VideoAnalysisJob as Job


@dataclass(frozen=True, slots=True)
class Lease:
    """One attempt's right to write: row id and fencing token."""

    job_id: UUID
    attempt: int


@dataclass(frozen=True, slots=True)
class AttemptNotes:
    """What a worker can tell about an attempt when it ends.

    Attributes:
        device: `cpu` or `gpu`, None when no model was loaded.
        seconds: how long each part took: `look` (for stored results), `download`, the four steps,
            `upload`.
    """

    device: str | None = None
    seconds: dict[str, float] = field(default_factory=dict)


NO_NOTES = AttemptNotes()

NEEDS_ANOTHER_VIDEO = frozenset({UserAction.RETAKE, UserAction.FIX_REQUEST})
"""What a failed job asks of its coach when the same video would only fail again, or never came."""


def another_try_may_help(job: Job) -> bool:
    """Whether a coach or an operator may have the job tried again."""
    return job.status == Status.FAILED and job.user_action not in NEEDS_ANOTHER_VIDEO


def moving(move: Move, job_id: UUID, **values: Any) -> Update:  # noqa: ANN401 - column values
    """One job's move, guarded: it touches no row when the job is elsewhere."""
    return update(Job).where(Job.id == job_id, at(move)).values(**state(move), **values)


def failing(job_id: UUID, error: CoachError, move: Move = jobs.FAILED) -> Update:
    """End a job with an error."""
    return moving(move, job_id, lease_until=None, completed_at=func.now(), **reason(error))


def at(move: Move) -> ColumnElement[bool]:
    """Where a move may begin."""
    return and_(Job.status.in_(move.sources), Job.stage.in_(move.stages))


def state(move: Move) -> dict[str, Any]:
    """Where a move leads."""
    return {"status": move.status, "stage": move.stage}


def reason(error: CoachError | None) -> dict[str, Any]:
    """The columns that say why; all empty for None."""
    return {
        "error_code": error and error.code,
        "error_message": error and str(error),
        "error_retryable": error and error.retryable,
        "user_action": error and error.user_action,
    }


def held(lease: Lease) -> ColumnElement[bool]:
    """Whether the row is this attempt's, whatever the clock says."""
    return and_(
        Job.id == lease.job_id,
        Job.attempt == lease.attempt,
        Job.status == Status.PROCESSING,
        Job.stage.in_(LEASED),
    )


def free() -> ColumnElement[bool]:
    """Whether a worker may take the job now."""
    return or_(Job.stage.in_(UNCLAIMED), Job.lease_until < func.clock_timestamp())


def attempts_used() -> ColumnElement[int]:
    """How many tries count; a job given back unharmed did not use one."""
    return Job.attempt - Job.attempts_returned


def from_now(seconds: float) -> ColumnElement[datetime]:
    """A moment by the database's clock, the only one that leases know.

    Not `now()`: that is when the transaction began, and it may have waited for a lock since.
    """
    return func.clock_timestamp() + timedelta(seconds=seconds)


def attempt_begun(lease: Lease, worker: str) -> Insert:
    """A line for an attempt that begins."""
    return insert(Attempt).values(job_id=lease.job_id, attempt=lease.attempt, worker=worker)


def attempt_over(
    lease: Lease,
    outcome: AttemptOutcome,
    *,
    error: CoachError | None = None,
    notes: AttemptNotes = NO_NOTES,
) -> Update:
    """How an attempt ended."""
    return (
        update(Attempt)
        .where(Attempt.job_id == lease.job_id, Attempt.attempt == lease.attempt)
        .values(
            outcome=outcome,
            ended_at=func.now(),
            device=notes.device,
            seconds=notes.seconds,
            error_code=error and error.code,
            error_message=error and str(error),
        )
    )


def open_attempts_over(job_id: UUID, outcome: AttemptOutcome) -> Update:
    """Close what nobody closed: the worker vanished, or the job was cancelled under it."""
    return (
        update(Attempt)
        .where(Attempt.job_id == job_id, Attempt.outcome == AttemptOutcome.RUNNING)
        .values(outcome=outcome, ended_at=func.now())
    )
