"""The queries on job rows. Every change of state is one guarded UPDATE made from a `Move`."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, Select, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.orm import undefer

from shared import jobs
from shared.attempt_store import AttemptStore
from shared.belonging import hold
from shared.database import Refused, first_row, reading, single_statement, transaction
from shared.errors import (
    CoachError,
    DependencyError,
    JobNotCancellable,
    JobNotFound,
    SessionNotFound,
)
from shared.job_moves import moving, open_attempts_over, reason
from shared.jobs import UNCLAIMED, AttemptOutcome, JobKind, Stage, Status
from shared.limits import admit_job, check_open, take_turn
from shared.models import AnalysisAttempt
from shared.models import VideoAnalysisJob as Job
from shared.paging import Position, newest_first
from shared.settings import LimitSettings


class JobState(NamedTuple):
    """The part of a job's row that says how far it is."""

    id: UUID
    status: str
    stage: str
    percent: float
    frames_done: int
    frames_total: int
    estimated_completion: datetime | None
    updated_at: datetime
    error_code: str | None
    error_message: str | None
    error_retryable: bool | None
    user_action: str | None


_STATE = str(
    select(*(getattr(Job, field) for field in JobState._fields))
    .where(Job.id == bindparam("job"), Job.owner == bindparam("by"))
    .compile(dialect=psycopg.dialect())  # type: ignore[no-untyped-call]
)

_SOURCES_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(:source, 0))")


class JobStore(AttemptStore):
    """Job rows. Every method raises `DatabaseError` when PostgreSQL is away.

    `limits` are what an owner may have: the wiring's of those who take on jobs.
    """

    def __init__(self, engine: Engine, limits: LimitSettings | None = None) -> None:
        super().__init__(engine)
        self._limits = limits or LimitSettings.defaults()

    def check(self) -> None:
        """Raise unless the database answers."""
        with single_statement(self._engine) as database:
            database.execute(select(1))

    def create(
        self, job: Job, *, instead: Select[Job] | None = None, reads: UUID | None = None
    ) -> Job:
        """Store a new job, queued and awaiting its upload.

        `instead` finds a job that does as well, which is then returned. Of several calls for one
        source each looks after the one before it is done. `reads`: another job whose files it
        reads.

        Raises:
            TooManyActiveJobs: its owner has as many open as allowed.
            RateLimitExceeded: its owner's uploads of the day are used up.
            PlayerNotFound: somebody it may show was deleted in this moment.
            SessionNotFound, JobNotFound: what it belongs to was.
        """
        with _belonging(), transaction(self._engine) as rows:
            if instead is not None:
                rows.execute(_SOURCES_TURN, {"source": f"jobs from {job.source_job_id}"})
                if (found := rows.scalar(instead)) is not None:
                    return found
            admit_job(rows, job, self._limits)
            hold(rows, job, reads=reads)
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
        with reading(self._engine) as rows:
            job = rows.scalar(query)
        if job is None:
            raise JobNotFound
        return job

    def state(self, job_id: UUID, *, owner: str) -> JobState:
        """Return how far the owner's job is; apps ask for it again and again.

        Raises:
            JobNotFound: it does not exist or is somebody else's.
        """
        found = first_row(self._engine, _STATE, {"job": job_id, "by": owner})
        if found is None:
            raise JobNotFound
        return JobState._make(found)

    def page(
        self,
        owner: str,
        *,
        limit: int,
        after: Position | None,
        session_id: UUID | None = None,
        status: Status | None = None,
        kind: JobKind | None = None,
        player_id: str | None = None,
    ) -> Sequence[Job]:
        """Return up to `limit` of the owner's jobs, newest first, without their results."""
        asked = {"session_id": session_id, "status": status, "kind": kind, "player_id": player_id}
        chosen = {name: value for name, value in asked.items() if value is not None}
        query = select(Job).where(Job.owner == owner).filter_by(**chosen)
        with transaction(self._engine) as rows:
            return rows.scalars(
                newest_first(query, Job.created_at, Job.id, after).limit(limit)
            ).all()

    def uploaded(
        self,
        job_id: UUID,
        *,
        source_bytes: int,
        source_etag: str | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> bool:
        """The bytes are there: processing, waiting. False when somebody else was first.

        `settings` where they are known only now.
        """
        known_now = {} if settings is None else {"settings": settings}
        with transaction(self._engine) as rows:
            moved = rows.execute(
                moving(
                    jobs.UPLOADED,
                    job_id,
                    source_bytes=source_bytes,
                    source_etag=source_etag,
                    started_at=func.now(),
                    **known_now,
                ).returning(Job.id)
            ).first()
        return moved is not None

    def upload_extended(self, job_id: UUID, *, until: datetime) -> bool:
        """Its upload goes on with new URLs. False when it is not awaited any more."""
        return self._awaiting(job_id, upload_expires_at=until)

    def parts_begun(self, job_id: UUID, upload_id: str, *, instead_of: str | None) -> bool:
        """Remember under which id its parts are sent.

        False when another one than `instead_of` is remembered already, or none is awaited any more.
        """
        known = Job.multipart_upload_id.is_not_distinct_from(instead_of)
        return self._awaiting(job_id, known, multipart_upload_id=upload_id)

    def sent(self, job_id: UUID, message_id: str) -> bool:
        """Remember which message carries the job; False for one that is held or over.

        Whoever took it came by another message, which is the job's until the attempt ends.
        """
        noted = update(Job).where(Job.id == job_id, Job.stage.in_(UNCLAIMED))
        with transaction(self._engine) as rows:
            # it waits no shorter for being sent, so `updated_at` stays
            values = {"sqs_message_id": message_id, "updated_at": Job.updated_at}
            return rows.execute(noted.values(values).returning(Job.id)).first() is not None

    def cancel(self, job_id: UUID, *, owner: str) -> None:
        """Stop a job; a worker that has it notices at its next write. Repeatable.

        Raises:
            JobNotFound: it does not exist or is somebody else's.
            JobNotCancellable: it is completed or failed.
        """
        cancelling = moving(
            jobs.CANCELLED,
            job_id,
            lease_until=None,
            estimated_completion=None,
            completed_at=func.now(),
        )
        with transaction(self._engine) as rows:
            if rows.execute(cancelling.where(Job.owner == owner).returning(Job.id)).first():
                rows.execute(open_attempts_over(job_id, AttemptOutcome.CANCELLED))
                return
        if self.get(job_id, owner=owner).status != Status.CANCELLED:
            raise JobNotCancellable

    @contextmanager
    def cancelled_on_failure(self, job: Job) -> Iterator[None]:
        """End a new job when a service fails inside: its coach never hears of it.

        Where that fails too, its time runs out.
        """
        try:
            yield
        except DependencyError:
            with suppress(CoachError):
                self.cancel(job.id, owner=job.owner)
            raise

    def revive(self, job_id: UUID, *, asked_by: str | None = None) -> bool:
        """Let a failed job be tried again with all its tries; its message is still to be sent.

        False when it has not failed. An operator (`asked_by=None`) may revive as many as it takes.

        Raises:
            TooManyActiveJobs: the owner who asks has as many open as allowed.
        """
        reviving = moving(
            jobs.REVIVED,
            job_id,
            attempts_returned=Job.attempt,
            sqs_message_id=None,
            percent=0,
            started_at=func.now(),  # it waits anew: what waits for days is failed
            completed_at=None,
            tidied_at=None,
            **reason(None),
        )
        with transaction(self._engine) as rows:
            if asked_by is not None:
                take_turn(rows, asked_by)
            revived = rows.execute(reviving.returning(Job.id)).first() is not None
            if revived and asked_by is not None:
                check_open(rows, asked_by, self._limits)
        return revived

    def attempts(self, job_id: UUID) -> Sequence[AnalysisAttempt]:
        """Return a job's attempts, oldest first."""
        with transaction(self._engine) as rows:
            return rows.scalars(
                select(AnalysisAttempt)
                .where(AnalysisAttempt.job_id == job_id)
                .order_by(AnalysisAttempt.attempt)
            ).all()

    def _awaiting(self, job_id: UUID, *only: ColumnElement[bool], **values: object) -> bool:
        """Change a job whose upload is awaited; False when there is none like that."""
        awaited = update(Job).where(Job.id == job_id, Job.stage == Stage.AWAITING_UPLOAD, *only)
        with transaction(self._engine) as rows:
            return rows.execute(awaited.values(values).returning(Job.id)).first() is not None


@contextmanager
def _belonging() -> Iterator[None]:
    """A row that refers to what is not there any more is refused as if that had never been."""
    try:
        yield
    except Refused as refused:
        if "_session_id_fkey" in str(refused):
            raise SessionNotFound from refused
        if "_source_job_id_fkey" in str(refused):
            raise JobNotFound from refused
        raise
