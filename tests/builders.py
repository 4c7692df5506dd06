"""Rows and documents for tests, valid unless told otherwise."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from shared.analysis import AnalysisSettings
from shared.attempt_store import Claimed
from shared.job_store import JobStore
from shared.models import VideoAnalysisJob
from shared.session_store import SessionStore
from shared.settings import LimitSettings

COACH = "coach-1"

MISSING = "5f0c2f0e-6a6b-4a3c-9d0e-3c1a7d0f4b11"
"""An id of nothing that there is."""


def a_session(engine: Engine, *, owner: str = COACH, **settings: Any) -> UUID:
    store = SessionStore(engine)
    return store.create(
        owner,
        title="Nets",
        player_ids=["p-1"],
        notes="",
        settings=AnalysisSettings(**settings),
    ).id


def a_job(engine: Engine, *, owner: str = COACH, session_id: UUID | None = None) -> UUID:
    """A job that awaits its upload."""
    session_id = session_id or a_session(engine, owner=owner)
    job = VideoAnalysisJob(
        owner=owner,
        session_id=session_id,
        trace_id="trace",
        may_show=SessionStore(engine).get(owner, session_id).player_ids,
        settings=AnalysisSettings().model_dump(mode="json"),
        include_frames=True,
        s3_key="uploads/x/source",
        upload_expires_at=datetime.now(UTC) + timedelta(hours=1),
    )
    return JobStore(engine, LimitSettings.none()).create(job).id


def a_waiting_job(engine: Engine, **kwargs: Any) -> UUID:
    """A job whose video has arrived."""
    job_id = a_job(engine, **kwargs)
    assert JobStore(engine).uploaded(job_id, source_bytes=10, source_etag="tag")
    return job_id


def a_claimed_job(engine: Engine, *, lease_s: float = 60, worker: str = "w1") -> Claimed:
    claimed = JobStore(engine).claim(a_waiting_job(engine), worker=worker, lease_s=lease_s)
    assert isinstance(claimed, Claimed)
    return claimed
