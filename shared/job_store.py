"""The queries on job rows. Every change of state is one guarded UPDATE made from a `Move`.

The attempt number is the fencing token: `claim` raises it in one statement, and every later
write of a worker carries it. A write that touches no row means the lease is lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, Update, and_, func, or_, select, update
from sqlalchemy.orm import undefer

from shared import jobs
from shared.database import transaction
from shared.errors import CoachError, JobNotFound, LeaseLost, MaxRetries, UserAction
from shared.jobs import LEASED, MAX_ATTEMPTS, UNCLAIMED, Move, Stage, Status
from shared.models import VideoAnalysisJob as Job
from shared.paging import Position, newest_first


@dataclass(frozen=True, slots=True)
class Lease:
    """One attempt's right to write: row id and fencing token."""

    job_id: UUID
    attempt: int


@dataclass(frozen=True, slots=True)
class Claimed:
    """The job is ours until the lease runs out."""

    lease: Lease
    job: Job


@dataclass(frozen=True, slots=True)
class Busy:
    """Another worker holds the job for `remaining_s` more."""

    remaining_s: float


@dataclass(frozen=True, slots=True)
class Over:
    """The job is final, or never was (`status` None).

    `given_up`: it failed for a passing reason after all attempts, so its message belongs into
    the dead-letter queue, where an operator may send it again.
    """

    status: Status | None
    given_up: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """What a worker reports. Percent is 0..100 over the whole attempt."""

    stage: Stage
    percent: float
    frames_done: int = 0
    frames_total: int = 0
    estimated_completion: datetime | None = None


class JobStore:
    """Job rows. Every method raises `DatabaseError` when PostgreSQL is away."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    # --- the coach's side -----------------------------------------------------------------------

    def create(self, job: Job) -> Job:
        """Store a new job, queued and awaiting its upload."""
        with transaction(self._engine) as rows:
            rows.add(job)
            rows.flush()
            rows.refresh(job)
        return job

    def get(self, job_id: UUID, *, owner: str | None = None, with_results: bool = False) -> Job:
        """Return one job; `owner=None` is for our own processes.

        Raises:
            JobNotFound: it does not exist or is somebody else's.
        """
        query = select(Job).where(Job.id == job_id)
        if owner is not None:
            query = query.where(Job.owner == owner)
        if with_results:
            query = query.options(undefer(Job.results))
        with transaction(self._engine) as rows:
            job = rows.scalar(query)
        if job is None:
            raise JobNotFound
        return job

    def page(
        self,
        owner: str,
        *,
        limit: int,
        after: Position | None,
        session_id: UUID | None = None,
        status: Status | None = None,
    ) -> Sequence[Job]:
        """Return up to `limit` of the owner's jobs, newest first, without their results."""
        query = select(Job).where(Job.owner == owner)
        if session_id is not None:
            query = query.where(Job.session_id == session_id)
        if status is not None:
            query = query.where(Job.status == status)
        with transaction(self._engine) as rows:
            return rows.scalars(
                newest_first(query, Job.created_at, Job.id, after).limit(limit)
            ).all()

    def uploaded(self, job_id: UUID, *, source_bytes: int, source_etag: str) -> bool:
        """The bytes are there: processing, waiting. False when somebody else was first."""
        with transaction(self._engine) as rows:
            moved = rows.execute(
                _moving(
                    jobs.UPLOADED,
                    job_id,
                    source_bytes=source_bytes,
                    source_etag=source_etag,
                    started_at=func.now(),
                ).returning(Job.id)
            ).first()
        return moved is not None

    def sent(self, job_id: UUID, message_id: str) -> None:
        """Remember which message carries the job."""
        with transaction(self._engine) as rows:
            rows.execute(update(Job).where(Job.id == job_id).values(sqs_message_id=message_id))

    # --- the worker's side ----------------------------------------------------------------------

    def check(self) -> None:
        """Raise unless the database answers."""
        with transaction(self._engine) as rows:
            rows.execute(select(1))

    def claim(self, job_id: UUID, *, worker: str, lease_s: float) -> Claimed | Busy | Over:
        """Take the next attempt, in one statement, if the job is free and has one left."""
        claim = _moving(
            jobs.CLAIMED,
            job_id,
            attempt=Job.attempt + 1,
            worker=worker,
            lease_until=_from_now(lease_s),
            attempt_started_at=func.now(),
            percent=0,
            frames_done=0,
            frames_total=0,
            estimated_completion=None,
            **_reason(None),
        ).where(_free(), _attempts_used() < MAX_ATTEMPTS)
        with transaction(self._engine) as rows:
            job = rows.scalar(claim.returning(Job))
        if job is not None:
            return Claimed(Lease(job.id, job.attempt), job)
        return self._why_not(job_id)

    def beat(self, lease: Lease, *, lease_s: float) -> None:
        """Renew the lease from now.

        Raises:
            LeaseLost: another attempt owns the row, or it is final.
        """
        self._write(update(Job).where(_held(lease)).values(lease_until=_from_now(lease_s)))

    def progress(self, lease: Lease, progress: Progress) -> None:
        """Show where the attempt is; percent never goes down within it.

        Raises:
            LeaseLost: another attempt owns the row, or it is final (cancelled, say).
        """
        self._write(
            update(Job)
            .where(_held(lease))
            .values(
                stage=progress.stage,
                percent=func.greatest(Job.percent, progress.percent),
                frames_done=progress.frames_done,
                frames_total=progress.frames_total,
                estimated_completion=progress.estimated_completion,
            )
        )

    def finish(self, lease: Lease, *, results: dict[str, Any], results_prefix: str) -> None:
        """Commit the results: completed, done.

        Raises:
            LeaseLost: another attempt owns the row, or it is final.
        """
        self._write(
            _moving(
                jobs.FINISHED,
                lease.job_id,
                results=results,
                results_prefix=results_prefix,
                percent=100,
                lease_until=None,
                estimated_completion=None,
                completed_at=func.now(),
            ).where(_held(lease))
        )

    def fail(self, lease: Lease, error: CoachError) -> Status:
        """End the attempt: `retrying` when another may help and is left, else `failed`.

        Returns the status the row now has.

        Raises:
            LeaseLost: another attempt owns the row, or it is final.
        """
        if error.retryable and self._has_another(lease):
            self._write(
                _moving(jobs.RETRYING, lease.job_id, lease_until=None, **_reason(error)).where(
                    _held(lease)
                )
            )
            return Status.PROCESSING
        final = _failing(lease.job_id, error).where(_held(lease))
        if error.retryable:  # but nobody will: waiting does not help any more
            final = final.values(user_action=UserAction.CONTACT_SUPPORT)
        self._write(final)
        return Status.FAILED

    def completed_by(self, lease: Lease) -> bool:
        """Whether this very attempt's results are the row's: its commit got through."""
        query = select(Job.id).where(
            Job.id == lease.job_id,
            Job.attempt == lease.attempt,
            Job.status == Status.COMPLETED,
        )
        with transaction(self._engine) as rows:
            return rows.execute(query).first() is not None

    def give_back(self, lease: Lease) -> None:
        """Return a job unharmed (shutdown): waiting again, the attempt does not count.

        Raises:
            LeaseLost: another attempt owns the row, or it is final.
        """
        self._write(
            _moving(
                jobs.RETURNED,
                lease.job_id,
                lease_until=None,
                attempts_returned=Job.attempts_returned + 1,
            ).where(_held(lease))
        )

    # --- inside ---------------------------------------------------------------------------------

    def _why_not(self, job_id: UUID) -> Busy | Over:
        """Explain a refused claim; a job whose attempts are used up is failed here."""
        remaining_s = func.extract("epoch", Job.lease_until - func.now())
        with transaction(self._engine) as rows:
            rows.execute(
                _failing(job_id, MaxRetries()).where(_free(), _attempts_used() >= MAX_ATTEMPTS)
            )
            row = rows.execute(
                select(Job.status, Job.error_retryable, remaining_s).where(Job.id == job_id)
            ).first()
        if row is None:
            return Over(None)
        status, given_up, left_s = row
        if Status(status).final:
            return Over(Status(status), given_up=bool(given_up))
        return Busy(max(float(left_s or 0), 1.0))

    def _has_another(self, lease: Lease) -> bool:
        with transaction(self._engine) as rows:
            used = rows.scalar(select(_attempts_used()).where(Job.id == lease.job_id))
        return used is not None and used < MAX_ATTEMPTS

    def _write(self, statement: Update) -> None:
        with transaction(self._engine) as rows:
            if rows.execute(statement.returning(Job.id)).first() is None:
                raise LeaseLost


def _moving(move: Move, job_id: UUID, **values: Any) -> Update:  # noqa: ANN401 - column values
    return (
        update(Job)
        .where(Job.id == job_id, Job.status == move.source, Job.stage.in_(move.stages))
        .values(status=move.status, stage=move.stage, **values)
    )


def _failing(job_id: UUID, error: CoachError) -> Update:
    return _moving(jobs.FAILED, job_id, lease_until=None, completed_at=func.now(), **_reason(error))


def _reason(error: CoachError | None) -> dict[str, Any]:
    return {
        "error_code": error and error.code,
        "error_message": error and str(error),
        "error_retryable": error and error.retryable,
        "user_action": error and error.user_action,
    }


def _held(lease: Lease) -> ColumnElement[bool]:
    return and_(
        Job.id == lease.job_id,
        Job.attempt == lease.attempt,
        Job.status == Status.PROCESSING,
        Job.stage.in_(LEASED),
    )


def _free() -> ColumnElement[bool]:
    return or_(Job.stage.in_(UNCLAIMED), Job.lease_until < func.now())


def _attempts_used() -> ColumnElement[int]:
    return Job.attempt - Job.attempts_returned


def _from_now(seconds: float) -> ColumnElement[datetime]:
    return func.now() + timedelta(seconds=seconds)
