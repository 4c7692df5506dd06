"""Sends the jobs the way an app does, each according to its fate."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Event
from uuid import UUID

import httpx

from benchmarks.soak.fates import Fate, Way
from benchmarks.soak.post import Post
from shared.analysis import AnalysisSettings
from shared.aws import sqs_client
from shared.errors import QueueError
from shared.models import VideoAnalysisJob
from shared.queue.dispatch import message_for
from shared.session_store import SessionStore
from shared.settings import LimitSettings, UploadSettings
from shared.uploads.videos import NewUpload, Uploads
from tests.rig.ground import Ground

OWNER = "soak"

LOOK_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class Sender:
    """Keeps a fixed number of jobs under way until every fate had its job."""

    ground: Ground
    fates: Sequence[Fate]
    video: bytes
    open_at_once: int

    def run(self, stop: Event) -> None:
        """Send them all, or as many as there are until `stop`."""
        sessions = SessionStore(self.ground.engine)
        session = sessions.create(
            OWNER, title="Soak", player_ids=[], notes="", settings=AnalysisSettings()
        )
        sqs = sqs_client(self.ground.place.resources.queue)
        url = self.ground.place.resources.queue.sqs_queue_url
        with httpx.Client(trust_env=False) as http:
            for fate in self.fates:
                while self.ground.count().open >= self.open_at_once and not stop.wait(LOOK_EVERY_S):
                    pass
                if stop.is_set():
                    return
                post = Post(sqs, url, fate)
                uploads = Uploads.on(
                    self.ground.engine,
                    self.ground.media,
                    post,
                    UploadSettings(),
                    LimitSettings.none(),
                )
                job = self._upload(uploads, session.id, http)
                self._complete(uploads, job, fate)
                for delay_s in fate.copies_after_s:
                    post.send_later(message_for(job), delay_s)

    def _upload(self, uploads: Uploads, session_id: UUID, http: httpx.Client) -> VideoAnalysisJob:
        job, put = uploads.initiate(
            OWNER, NewUpload(session_id=session_id, overrides={}, include_frames=True)
        )
        http.put(put.url, headers=dict(put.headers), content=self.video).raise_for_status()
        return job

    def _complete(self, uploads: Uploads, job: VideoAnalysisJob, fate: Fate) -> None:
        if fate.way is Way.APP_DIED:
            return
        with suppress(QueueError):  # this sender died; the row is safe
            uploads.complete(job.id, owner=OWNER)
