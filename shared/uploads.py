"""Initiate and complete an upload: the one place, for the API and for the S3-event backstop."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from shared.analysis import AnalysisSettings
from shared.dispatch import Dispatcher
from shared.errors import FileTooLarge, InvalidFormat, UploadMismatch, UploadMissing
from shared.job_queue import JobQueue
from shared.job_store import JobStore
from shared.jobs import Stage, Status
from shared.media_store import MediaStore, PresignedPut, StoredObject, upload_key
from shared.models import VideoAnalysisJob
from shared.session_store import SessionStore
from shared.settings import UploadSettings
from shared.telemetry import new_trace_id


@dataclass(frozen=True, slots=True)
class NewUpload:
    """What a coach says about a video before it is uploaded; all but the session may be None."""

    session_id: UUID
    overrides: dict[str, Any]
    include_frames: bool
    filename: str | None = None
    content_type: str | None = None
    size_bytes: int | None = None
    checksum_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Uploads:
    """The two ends of an upload.

    Raises, from both: `SessionNotFound` or `JobNotFound`, `StorageError`, `DatabaseError`.
    """

    sessions: SessionStore
    jobs: JobStore
    media: MediaStore
    queue: JobQueue
    limits: UploadSettings

    def initiate(self, owner: str, upload: NewUpload) -> tuple[VideoAnalysisJob, PresignedPut]:
        """Make a job row and a URL for its video. Settings: overrides > session > defaults.

        Raises:
            InvalidFormat: the declared type is not a video.
            FileTooLarge: the declared size is above the limit.
            pydantic.ValidationError: an override is not valid.
        """
        self._check_declared(upload)
        session = self.sessions.get(owner, upload.session_id)
        settings = AnalysisSettings.model_validate({**session.settings, **upload.overrides})
        job_id = uuid4()
        key = upload_key(owner, session.id, job_id)
        put = self.media.presign_put(
            key,
            expires_in_s=self.limits.upload_url_expires_s,
            content_type=upload.content_type,
            size_bytes=upload.size_bytes,
            checksum_sha256=upload.checksum_sha256,
        )
        job = self.jobs.create(
            VideoAnalysisJob(
                id=job_id,
                owner=owner,
                session_id=session.id,
                trace_id=new_trace_id(),
                settings=settings.model_dump(mode="json"),
                include_frames=upload.include_frames,
                s3_key=key,
                filename=upload.filename,
                content_type=upload.content_type,
                declared_bytes=upload.size_bytes,
                upload_expires_at=datetime.now(UTC) + timedelta(seconds=put.expires_in_s),
            )
        )
        return job, put

    def complete(self, job_id: UUID, *, owner: str | None) -> VideoAnalysisJob:
        """Check that the video is there, move the job on and tell the workers. Repeatable.

        Order: commit the row, send the message, store its id. A job whose message was never
        sent is sent again by the next call, so a client that saw an error may simply retry.

        Raises:
            UploadMissing: the object is not there yet.
            UploadMismatch: it does not have the announced size.
            QueueError: the row is safe, the message was not sent.
        """
        job = self.jobs.get(job_id, owner=owner)
        if job.status == Status.QUEUED:
            stored = self._stored(job)
            self.jobs.uploaded(job.id, source_bytes=stored.size_bytes, source_etag=stored.etag)
            job = self.jobs.get(job_id, owner=owner)
        if job.stage == Stage.WAITING and job.sqs_message_id is None:
            Dispatcher(self.jobs, self.queue).send(job)
            job = self.jobs.get(job_id, owner=owner)
        return job

    def _check_declared(self, upload: NewUpload) -> None:
        if upload.content_type is not None and not upload.content_type.lower().startswith("video/"):
            raise InvalidFormat.detected(upload.content_type)
        if upload.size_bytes is not None and upload.size_bytes > self.limits.max_upload_bytes:
            raise FileTooLarge(
                f"The video is larger than the limit of {self.limits.max_upload_bytes} bytes."
            )

    def _stored(self, job: VideoAnalysisJob) -> StoredObject:
        stored = self.media.head(job.s3_key)
        if stored is None:
            raise UploadMissing
        if job.declared_bytes is not None and stored.size_bytes != job.declared_bytes:
            raise UploadMismatch
        if stored.size_bytes > self.limits.max_upload_bytes:
            raise UploadMismatch
        return stored
