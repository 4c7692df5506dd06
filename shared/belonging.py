"""What a new job belongs to is held while the job is stored, so that no deletion misses it.

Creations and deletions take hold in the same order, lest they wait for each other: players,
sessions, jobs, each by id.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.errors import JobNotFound, PlayerNotFound, SessionNotFound
from shared.models import Player, VideoSession
from shared.models import VideoAnalysisJob as Job


def hold(rows: Session, job: Job, *, reads: UUID | None) -> None:
    """Keep it from being deleted until this transaction ends; a deletion under way is awaited.

    `reads`: another job whose files this one reads, and has to go with.

    Raises:
        PlayerNotFound: somebody it may show was deleted.
        SessionNotFound, JobNotFound: what it belongs to was.
    """
    _hold_players(rows, job)
    jobs = {each for each in (job.source_job_id, reads) if each is not None}
    if not jobs:
        return  # its session is held by the foreign key
    if job.session_id is not None:
        session = select(VideoSession.id).where(VideoSession.id == job.session_id)
        if rows.scalar(session.with_for_update(read=True, key_share=True)) is None:
            raise SessionNotFound
    theirs = select(Job.id).where(Job.owner == job.owner, Job.id.in_(jobs)).order_by(Job.id)
    if len(rows.scalars(theirs.with_for_update(read=True, key_share=True)).all()) < len(jobs):
        raise JobNotFound


def _hold_players(rows: Session, job: Job) -> None:
    named = {*(job.may_show or ()), *([job.player_id] if job.player_id else ())}
    if not named:
        return
    known = select(Player.id).where(Player.owner == job.owner, Player.id.in_(named))
    held = known.order_by(Player.id).with_for_update(read=True, key_share=True)
    if len(rows.scalars(held).all()) < len(named):
        raise PlayerNotFound
