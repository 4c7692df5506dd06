"""A coach as the app lets them act: send a video, wait for what becomes of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from shared.job_store import JobStore
from shared.media_store import MediaStore
from shared.models import VideoAnalysisJob
from shared.uploads import NewUpload, Uploads
from tests.builders import COACH, a_session

PATIENCE_S = 60


@dataclass(frozen=True)
class Coach:
    """Sends videos the way the app does, and looks at their jobs."""

    uploads: Uploads
    jobs: JobStore
    media: MediaStore

    def send(self, video: Path, **overrides: object) -> UUID:
        session_id = a_session(self.jobs._engine)
        job, put = self.uploads.initiate(
            COACH, NewUpload(session_id=session_id, overrides=overrides, include_frames=True)
        )
        answer = httpx.put(put.url, headers=dict(put.headers), content=video.read_bytes())
        assert answer.status_code == 200
        self.uploads.complete(job.id, owner=COACH)
        return job.id

    def wait_for(
        self,
        job_id: UUID,
        reached: Callable[[VideoAnalysisJob], bool],
        *,
        within_s: float = PATIENCE_S,
    ) -> VideoAnalysisJob:
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            job = self.jobs.get(job_id, with_results=True)
            if reached(job):
                return job
            time.sleep(0.05)
        pytest.fail(f"still {job.status}/{job.stage}: {job.error_code} {job.error_message}")
