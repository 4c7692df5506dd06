"""The sweeper's queries: rows that nobody moves.

Rows are taken under a lock that other sweepers skip, and touched or moved in the same transaction:
two sweepers never get the same row, and one that dies over it leaves it to a later sweep.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, Select, and_, func, or_, select, update
from sqlalchemy.orm import Session

from shared import jobs
from shared.database import transaction
from shared.errors import CoachError, MaxRetries, QueueTimeout
from shared.job_moves import at, attempts_used, failing, from_now, moving, open_attempts_over
from shared.jobs import FINAL, MAX_ATTEMPTS, AttemptOutcome, Move, Status
from shared.limits import forget_counts
from shared.models import VideoAnalysisJob as Job
from shared.requests.kept_answers import KeptAnswers
from shared.sweep.unmoved import lease_over, pushed_or_changed, sent, unsent, waits


@dataclass(frozen=True, slots=True)
class Ending:
    """Which jobs the sweeper fails, and what it tells the coach."""

    move: Move
    error: CoachError
    when: ColumnElement[bool]


def dead_lease(*, after_s: float, sure_s: float) -> ColumnElement[bool]:
    """A lease that ran out `after_s` ago and was seen so `sure_s` ago (`SweepStore.notice`).

    A database that comes back after an hour finds every lease dead, and the workers alive: they
    get the time to say so.
    """
    seen = and_(Job.pushed_at > Job.lease_until, Job.pushed_at <= from_now(-sure_s))
    return and_(lease_over(for_s=after_s), seen)


def tries_used_up(dead: ColumnElement[bool] | None = None) -> Ending:
    """The last allowed worker vanished, and so did the one that was to take over from it."""
    gone = or_(lease_over(for_s=0), waits()) if dead is None else dead
    return Ending(jobs.FAILED, MaxRetries(), and_(gone, attempts_used() > MAX_ATTEMPTS))


def waited_too_long(*, limit_s: float) -> Ending:
    """No worker took it in all that time."""
    return Ending(jobs.FAILED, QueueTimeout(), and_(waits(), Job.started_at < from_now(-limit_s)))


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
        return self._take(unsent(), after_s, most)

    def silent(self, *, after_s: float, most: int) -> Sequence[Job]:
        """Take waiting jobs whose message brought nobody for so long."""
        return self._take(sent(), after_s, most)

    def overdue_uploads(self, *, grace_s: float, again_s: float, most: int) -> Sequence[Job]:
        """Take jobs whose upload URL ran out `grace_s` ago, each every `again_s` at most."""
        overdue = and_(at(jobs.EXPIRED), Job.upload_expires_at < from_now(-grace_s))
        return self._take(overdue, again_s, most)

    def untidied(self, *, after_s: float, again_s: float, most: int) -> Sequence[Job]:
        """Take jobs that were over `after_s` ago, each every `again_s` at most until `tidied`."""
        long_over = and_(Job.status.in_(FINAL), Job.completed_at < from_now(-after_s))
        return self._take(and_(long_over, Job.tidied_at.is_(None)), again_s, most)

    def tidied(self, job: Job) -> None:
        """Nothing of the job is left in the bucket that should not be, unless it was revived."""
        same = and_(Job.id == job.id, Job.status.in_(FINAL), Job.attempt == job.attempt)
        done = {"tidied_at": from_now(0), "updated_at": Job.updated_at}
        with transaction(self._engine) as rows:
            rows.execute(update(Job).where(same).values(done))

    def notice(self, *, after_s: float, most: int) -> None:
        """Note leases that ran out `after_s` ago, for `dead_lease`."""
        new = or_(Job.pushed_at.is_(None), Job.pushed_at <= Job.lease_until)
        with transaction(self._engine) as rows:
            _push(rows, and_(lease_over(for_s=after_s), new), most)

    def reclaim(self, dead: ColumnElement[bool], *, most: int) -> Sequence[Job]:
        """Take jobs with a try left, or the results of one, from workers that vanished.

        They wait again and their message is still to be sent; the attempt counts, as lost.
        """
        with transaction(self._engine) as rows:
            found = rows.scalars(_locked(and_(dead, _may_go_on()), most)).all()
            return [job for job_id in found if (job := _reclaimed(rows, job_id))]

    def message_lost(self, job_id: UUID) -> Job | None:
        """Note that no message carries the job any more, so that it can be sent anew.

        None when that would be wrong: a worker has it, it has no try left, or it is over.
        """
        it = and_(Job.id == job_id, _may_go_on())
        with transaction(self._engine) as rows:
            if rows.scalar(_locked(and_(it, lease_over(for_s=0)), 1)):
                return _reclaimed(rows, job_id)
            unsent = update(Job).where(it, waits()).values(sqs_message_id=None)
            return rows.scalar(unsent.returning(Job))

    def end(self, ending: Ending, *, most: int = 1, only: UUID | None = None) -> Sequence[Job]:
        """Fail up to `most` such jobs, or this one only; return them."""
        chosen = ending.when if only is None else and_(Job.id == only, ending.when)
        with transaction(self._engine) as rows:
            found = rows.scalars(_locked(chosen, most)).all()
            return [_failed(rows, job_id, ending) for job_id in found]

    def open_jobs(self) -> int:
        """How many jobs wait for a worker or have one."""
        with transaction(self._engine) as rows:
            return rows.scalar(_how_many_open()) or 0

    def forget_requests(self) -> None:
        """Remove what was kept about requests for a limited time, and is past it."""
        forget_counts(self._engine)
        KeptAnswers(self._engine).forget()

    def _take(self, which: ColumnElement[bool], idle_s: float, most: int) -> Sequence[Job]:
        idle = and_(which, pushed_or_changed() < from_now(-idle_s))
        with transaction(self._engine) as rows:
            return _push(rows, idle, most)


def _how_many_open() -> Select[int]:
    return select(func.count()).where(Job.status == Status.PROCESSING)


def _push(rows: Session, which: ColumnElement[bool], most: int) -> Sequence[Job]:
    """Note that a sweeper looks after these jobs; nothing happened to them yet."""
    found = rows.scalars(_locked(which, most)).all()
    note = {"pushed_at": from_now(0), "updated_at": Job.updated_at}
    return rows.scalars(update(Job).where(Job.id.in_(found)).values(note).returning(Job)).all()


def _locked(which: ColumnElement[bool], most: int) -> Select[UUID]:
    oldest = select(Job.id).where(which).order_by(pushed_or_changed()).limit(most)
    return oldest.with_for_update(skip_locked=True)


def _failed(rows: Session, job_id: UUID, ending: Ending) -> Job:
    rows.execute(open_attempts_over(job_id, AttemptOutcome.LOST))
    return rows.scalars(failing(job_id, ending.error, ending.move).returning(Job)).one()


def _reclaimed(rows: Session, job_id: UUID) -> Job | None:
    rows.execute(open_attempts_over(job_id, AttemptOutcome.LOST))
    reclaim = moving(jobs.RECLAIMED, job_id, lease_until=None, sqs_message_id=None)
    return rows.scalar(reclaim.returning(Job))


def _may_go_on() -> ColumnElement[bool]:
    """A try is left, or the one beyond the last, which takes over what is stored whole."""
    return attempts_used() <= MAX_ATTEMPTS
