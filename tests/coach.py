"""A coach as the app lets them act: send a video, wait for what becomes of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from sqlalchemy import Engine

from shared.job_store import JobStore
from shared.media.store import MediaStore, PresignedPut
from shared.models import VideoAnalysisJob
from shared.queue.job_queue import JobQueue
from shared.settings import UploadSettings
from shared.uploads.videos import NewUpload, Uploads
from tests.builders import COACH, a_session
from tests.rig.waiting import LOOK_EVERY_S, PATIENCE_S


@dataclass(frozen=True)
class Coach:
    """Sends videos the way the app does, and looks at their jobs."""

    uploads: Uploads
    jobs: JobStore
    media: MediaStore

    @classmethod
    def at(cls, engine: Engine, media: MediaStore, queue: JobQueue) -> "Coach":
        """A coach whose app reaches these."""
        jobs = JobStore(engine)
        uploads = Uploads.on(engine, media, queue, UploadSettings())
        return cls(uploads, jobs, media)

    def initiate(self, **overrides: object) -> tuple[VideoAnalysisJob, PresignedPut]:
        """Ask for a place for a video, in a session of its own."""
        session_id = a_session(self.jobs._engine)
        upload = NewUpload(session_id=session_id, overrides=overrides, include_frames=True)
        return self.uploads.initiate(COACH, upload)

    def put(self, put: PresignedPut, content: bytes) -> int:
        """Put a video there; return the HTTP status."""
        return httpx.put(put.url, headers=dict(put.headers), content=content).status_code

    def send(self, video: Path, **overrides: object) -> UUID:
        """All three steps of an upload that goes well."""
        job, put = self.initiate(**overrides)
        assert self.put(put, video.read_bytes()) == httpx.codes.OK
        self.uploads.complete(job.id, owner=COACH)
        return job.id

    def wait_for(
        self,
        job_id: UUID,
        reached: Callable[[VideoAnalysisJob], bool],
        *,
        within_s: float = PATIENCE_S,
    ) -> VideoAnalysisJob:
        """Return the job once it got there; fail with what it says instead."""
        deadline = time.monotonic() + within_s
        while not reached(job := self.jobs.get(job_id, with_results=True)):
            if time.monotonic() > deadline:
                pytest.fail(f"still {job.status}/{job.stage}: {job.error_code} {job.error_message}")
            time.sleep(LOOK_EVERY_S)
        return job
