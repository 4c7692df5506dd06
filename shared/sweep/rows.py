"""The sweeper's queries: rows that nobody moves.

Rows are taken under a lock that other sweepers skip, and touched or moved in the same transaction:
two sweepers never get the same row, and one that dies over it leaves it to a later sweep.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, Select, and_, func, select, update
from sqlalchemy.orm import Session

from shared import jobs
from shared.database import transaction
from shared.errors import CoachError, MaxRetries, QueueTimeout
from shared.job_moves import (
    at,
    attempts_used,
    failing,
    from_now,
    moving,
    open_attempts_over,
)
from shared.jobs import MAX_ATTEMPTS, UNCLAIMED, AttemptOutcome, Move, Status
from shared.models import VideoAnalysisJob as Job

CleanUp = Callable[[Job], None]


@dataclass(frozen=True, slots=True)
class Ending:
    """Which jobs the sweeper fails, and what it tells the coach."""

    move: Move
    error: CoachError
    when: ColumnElement[bool]


def tries_used_up(*, lease_over_for_s: float) -> Ending:
    """The last allowed worker vanished."""
    used_up = and_(_lease_over(lease_over_for_s), attempts_used() >= MAX_ATTEMPTS)
    return Ending(jobs.FAILED, MaxRetries(), and_(at(jobs.RECLAIMED), used_up))


def waited_too_long(*, limit_s: float) -> Ending:
    """No worker took it in all that time."""
    return Ending(jobs.FAILED, QueueTimeout(), and_(_waits(), Job.started_at < from_now(-limit_s)))


def upload_failed(error: CoachError) -> Ending:
    """No usable video came."""
    return Ending(jobs.EXPIRED, error, at(jobs.EXPIRED))


class SweepStore:
    """Stale rows. Every method raises `DatabaseError` when PostgreSQL is away.

    `most` bounds what one call takes; what was left alone longest comes first.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def unsent(self, *, after_s: float, most: int) -> Sequence[Job]:
        """Take waiting jobs that no message carries."""
        return self._take(and_(_waits(), Job.sqs_message_id.is_(None)), after_s, most)

    def silent(self, *, after_s: float, most: int) -> Sequence[Job]:
        """Take waiting jobs whose message brought nobody for so long."""
        return self._take(and_(_waits(), Job.sqs_message_id.is_not(None)), after_s, most)

    def overdue_uploads(self, *, grace_s: float, again_s: float, most: int) -> Sequence[Job]:
        """Take jobs whose upload URL ran out `grace_s` ago, each every `again_s` at most."""
        overdue = and_(at(jobs.EXPIRED), Job.upload_expires_at < from_now(-grace_s))
        return self._take(overdue, again_s, most)

    def reclaim(self, *, after_s: float, most: int) -> Sequence[Job]:
        """Take jobs with a try left from workers whose lease ran out `after_s` ago.

        They wait again and their message is still to be sent; the attempt counts, as lost.
        """
        with transaction(self._engine) as rows:
            dead = rows.scalars(_locked(_reclaimable(after_s), most)).all()
            return [job for job_id in dead if (job := _reclaimed(rows, job_id))]

    def message_lost(self, job_id: UUID) -> Job | None:
        """Note that no message carries the job any more, so that it can be sent anew.

        None when that would be wrong: a worker has it, it has no try left, or it is over.
        """
        waiting = and_(Job.id == job_id, _waits(), attempts_used() < MAX_ATTEMPTS)
        with transaction(self._engine) as rows:
            if rows.scalar(_locked(and_(Job.id == job_id, _reclaimable(0)), 1)):
                return _reclaimed(rows, job_id)
            unsent = update(Job).where(waiting).values(sqs_message_id=None)
            return rows.scalar(unsent.returning(Job))

    def end(
        self, ending: Ending, *, clean_up: CleanUp, most: int = 1, only: UUID | None = None
    ) -> int:
        """Fail up to `most` such jobs, or this one only; return how many.

        Each with its clean-up in one transaction: what that raises comes out and leaves the job
        as it was, so that nothing is forgotten that a later sweep could still remove.
        """
        return next((n for n in range(most) if not self._end_next(ending, clean_up, only)), most)

    # --- inside ---------------------------------------------------------------------------------

    def _end_next(self, ending: Ending, clean_up: CleanUp, only: UUID | None) -> bool:
        chosen = ending.when if only is None else and_(Job.id == only, ending.when)
        with transaction(self._engine) as rows:
            job_id = rows.scalar(_locked(chosen, 1))
            if job_id is None:
                return False
            failed = failing(job_id, ending.error, ending.move).returning(Job)
            job = rows.scalars(failed).one()
            rows.execute(open_attempts_over(job_id, AttemptOutcome.LOST))
            clean_up(job)
        return True

    def _take(self, which: ColumnElement[bool], idle_s: float, most: int) -> Sequence[Job]:
        idle = and_(which, Job.updated_at < from_now(-idle_s))
        with transaction(self._engine) as rows:
            taken = rows.scalars(_locked(idle, most)).all()
            touched = update(Job).where(Job.id.in_(taken)).values(updated_at=func.now())
            return rows.scalars(touched.returning(Job)).all()


def _locked(which: ColumnElement[bool], most: int) -> Select[UUID]:
    oldest = select(Job.id).where(which).order_by(Job.updated_at).limit(most)
    return oldest.with_for_update(skip_locked=True)


def _reclaimed(rows: Session, job_id: UUID) -> Job | None:
    rows.execute(open_attempts_over(job_id, AttemptOutcome.LOST))
    reclaim = moving(jobs.RECLAIMED, job_id, lease_until=None, sqs_message_id=None)
    return rows.scalar(reclaim.returning(Job))


def _reclaimable(after_s: float) -> ColumnElement[bool]:
    return and_(at(jobs.RECLAIMED), _lease_over(after_s), attempts_used() < MAX_ATTEMPTS)


def _waits() -> ColumnElement[bool]:
    return and_(Job.status == Status.PROCESSING, Job.stage.in_(UNCLAIMED))


def _lease_over(for_s: float) -> ColumnElement[bool]:
    return Job.lease_until < from_now(-for_s)
