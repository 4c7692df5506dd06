"""The queries on job rows. Every change of state is one guarded UPDATE made from a `Move`."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import undefer

from shared import jobs
from shared.attempt_store import AttemptStore
from shared.database import transaction
from shared.errors import JobNotCancellable, JobNotFound
from shared.job_moves import moving, open_attempts_over, reason
from shared.jobs import UNCLAIMED, AttemptOutcome, Status
from shared.models import AnalysisAttempt
from shared.models import VideoAnalysisJob as Job
from shared.paging import Position, newest_first


class JobStore(AttemptStore):
    """Job rows. Every method raises `DatabaseError` when PostgreSQL is away."""

    def check(self) -> None:
        """Raise unless the database answers."""
        with transaction(self._engine) as rows:
            rows.execute(select(1))

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
                moving(
                    jobs.UPLOADED,
                    job_id,
                    source_bytes=source_bytes,
                    source_etag=source_etag,
                    started_at=func.now(),
                ).returning(Job.id)
            ).first()
        return moved is not None

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

    def revive(self, job_id: UUID) -> bool:
        """Let a failed job be tried again with all its tries; its message is still to be sent.

        False when it has not failed.
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
            return rows.execute(reviving.returning(Job.id)).first() is not None

    def attempts(self, job_id: UUID) -> Sequence[AnalysisAttempt]:
        """Return a job's attempts, oldest first."""
        with transaction(self._engine) as rows:
            return rows.scalars(
                select(AnalysisAttempt)
                .where(AnalysisAttempt.job_id == job_id)
                .order_by(AnalysisAttempt.attempt)
            ).all()
