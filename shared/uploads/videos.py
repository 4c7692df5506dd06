"""Initiate and complete an upload: the one place, for the API and for the S3-event backstop."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO, Self
from uuid import UUID, uuid4

from sqlalchemy import Engine

from shared.analysis import AnalysisSettings, overridden
from shared.documents import ANALYSES
from shared.errors import (
    DependencyError,
    FileTooLarge,
    InvalidFormat,
    InvalidRequest,
    JobNotFound,
    SessionNotFound,
    StorageError,
)
from shared.job_store import JobStore
from shared.jobs import JobKind, Status
from shared.media.multipart import StoredPart
from shared.media.store import MediaStore, PresignedPut, upload_key
from shared.models import VideoAnalysisJob
from shared.players.consent import ConsentGate, may_show, only
from shared.players.store import PlayerStore
from shared.queue.dispatch import Dispatcher
from shared.queue.job_queue import JobQueue
from shared.session_store import SessionStore
from shared.settings import LimitSettings, UploadSettings
from shared.telemetry import logger, new_trace_id
from shared.uploads.places import Etags, PresignedParts, UploadPlaces, abandon

log = logger(__name__)

IN_PARTS_ABOVE_BYTES = 100_000_000
"""A larger video is sent in parts, so that one lost connection does not cost all of it."""


@dataclass(frozen=True, slots=True)
class NewUpload:
    """What a coach says about a video before it is uploaded; all but the session may be None."""

    session_id: UUID
    overrides: dict[str, Any]
    include_frames: bool
    player_id: str | None = None
    filename: str | None = None
    content_type: str | None = None
    size_bytes: int | None = None
    checksum_sha256: str | None = None
    multipart: bool = False

    @property
    def goes_in_parts(self) -> bool:
        """Whether it is `initiate_in_parts` that begins it."""
        return self.multipart or (self.size_bytes or 0) > IN_PARTS_ABOVE_BYTES


@dataclass(frozen=True, slots=True)
class Uploads:
    """The ends of an upload.

    Raises, from all: `SessionNotFound` or `JobNotFound`, `ConsentRequired`, `StorageError`,
    `DatabaseError`.
    """

    sessions: SessionStore
    jobs: JobStore
    media: MediaStore
    dispatcher: Dispatcher
    limits: UploadSettings
    consent: ConsentGate

    @classmethod
    def on(
        cls,
        engine: Engine,
        media: MediaStore,
        queue: JobQueue,
        limits: UploadSettings,
        allowed: LimitSettings | None = None,
    ) -> Self:
        """Uploads whose rows are behind `engine`; `allowed` is what one owner may have."""
        jobs = JobStore(engine, allowed)
        dispatcher, gate = Dispatcher(jobs, queue), ConsentGate(PlayerStore(engine))
        return cls(SessionStore(engine), jobs, media, dispatcher, limits, gate)

    def initiate(self, owner: str, upload: NewUpload) -> tuple[VideoAnalysisJob, PresignedPut]:
        """Make a job row and a URL for its video. Settings: overrides > session > defaults.

        Raises:
            InvalidFormat: the declared type is not a video.
            FileTooLarge: the declared size is above the limit.
            PlayerNotFound: the player is none of the owner's.
            pydantic.ValidationError: an override is not valid.
        """
        job = self._announced(owner, upload)
        put = self._places.for_one_put(job, checksum_sha256=upload.checksum_sha256)
        return self.jobs.create(job), put

    def initiate_in_parts(
        self, owner: str, upload: NewUpload
    ) -> tuple[VideoAnalysisJob, PresignedParts]:
        """Make a job row and a URL for each part of its video. As `initiate` otherwise.

        Raises:
            InvalidRequest: the size was not declared, and so there is nothing to cut.
        """
        if upload.size_bytes is None:
            raise InvalidRequest(places={"#/size_bytes": "An upload in parts needs it."})
        job = self._announced(owner, upload)
        job.part_bytes = self._places.part_bytes(upload.size_bytes)
        job = self.jobs.create(job)  # first the row: nothing is open at S3 of which no row knows
        try:
            with self.jobs.cancelled_on_failure(job):
                job = self._parts_begun(job)
        except DependencyError:
            self.forget_parts(job)
            raise
        except JobNotFound as error:  # deleted in this moment, with its session
            raise SessionNotFound from error
        if (parts := self._parts(job, {})) is None:  # cancelled, likewise
            raise SessionNotFound
        return job, parts

    def resume(
        self, job_id: UUID, *, owner: str
    ) -> tuple[VideoAnalysisJob, PresignedPut | PresignedParts | None]:
        """New URLs for what has not arrived yet, and new time for it; None when nothing is missing.

        Also None when the upload is over: the job's status says how.
        """
        job = self.jobs.get(job_id, owner=owner)
        if job.kind != JobKind.VIDEO:
            raise JobNotFound
        if job.status != Status.QUEUED or self.media.head(job.s3_key) is not None:
            return job, None
        place = self._places.for_one_put(job) if job.part_bytes is None else self._missing(job)
        awaited = place is not None and self.jobs.upload_extended(job_id, until=self._expiry())
        return self.jobs.get(job_id, owner=owner), place if awaited else None

    def complete(self, job_id: UUID, *, owner: str, parts: Etags | None = None) -> VideoAnalysisJob:
        """Check that the video is there, move the job on and tell the workers. Repeatable.

        Order: commit the row, send the message, store its id. A job whose message was never
        sent is sent again by the next call, so a client that saw an error may simply retry.

        `parts` are what the app thinks that it sent, for an upload in parts; None asks S3 only.

        Raises:
            UploadMissing: the object, or a part of it, is not there yet.
            UploadMismatch: it is not what was announced, or the parts are not those named.
            QueueError: the row is safe, the message was not sent.
        """
        job = self.jobs.get(job_id, owner=owner)
        if job.kind != JobKind.VIDEO:  # the coach uploads nothing else that is completed here
            raise JobNotFound
        return self.dispatcher.send_waiting(self._completed(job, parts))

    def settle(self, job_id: UUID) -> VideoAnalysisJob:
        """As `complete`, without a coach: because S3 or the sweeper says that the file is there.

        A job that measures again is among them, whose copy was stored when the database went away.
        """
        job = self.jobs.get(job_id)
        if job.kind not in ANALYSES:
            raise JobNotFound
        return self.dispatcher.send_waiting(self._completed(job, None))

    def take(self, owner: str, upload: NewUpload, video: BinaryIO) -> VideoAnalysisJob:
        """Initiate, store a video that is here already, and complete, all in one.

        The row comes first: nothing lies in the bucket of which no row knows. Once the video is
        stored, what a service that is away keeps from being done is the sweeper's, and the job is
        returned as far as it is known: whoever sent the video has no id to complete again by, and
        would only send it twice.

        Raises:
            As `initiate`; after a `StorageError` the job is cancelled.
        """
        job = self.jobs.create(self._announced(owner, upload))
        with self.jobs.cancelled_on_failure(job):
            self.media.put(job.s3_key, video, content_type=upload.content_type or "video/mp4")
        try:
            job = self._completed(job, None)
        except DependencyError as error:
            log.warning("left for the sweeper to complete", job_id=str(job.id), code=error.code)
            return job
        return self.dispatcher.send_or_leave(job)

    def forget_parts(self, job: VideoAnalysisJob) -> None:
        """Let S3 drop what it has of an upload that is not wanted any more; later where it is away.

        The sweeper does it again when the job has been over for long.
        """
        with suppress(StorageError):
            abandon(self.media, job)

    def _missing(self, job: VideoAnalysisJob) -> PresignedParts | None:
        """Sign the parts that S3 lacks; all of them where it has none open.

        None: they have just become the video, or nobody awaits them any more.
        """
        found = self._places.stored_parts(job)
        if found is not None:
            return self._parts(job, found)
        if self.media.head(job.s3_key) is not None:
            return None
        job = self._parts_begun(job)
        return self._parts(job, self._places.stored_parts(job) or {})

    def _parts(
        self, job: VideoAnalysisJob, found: Mapping[int, StoredPart]
    ) -> PresignedParts | None:
        if job.multipart_upload_id is None:
            return None
        return self._places.for_parts(job, job.multipart_upload_id, found)

    def _parts_begun(self, job: VideoAnalysisJob) -> VideoAnalysisJob:
        """Begin an upload at S3 that the row remembers; of several at once the first one wins."""
        upload_id = self._places.begin_parts(job)
        first = False
        try:
            first = self.jobs.parts_begun(job.id, upload_id, instead_of=job.multipart_upload_id)
        finally:
            if not first:
                with suppress(StorageError):
                    self.media.abort_multipart(job.s3_key, upload_id)
        return self.jobs.get(job.id, owner=job.owner)

    def _completed(self, job: VideoAnalysisJob, parts: Etags | None) -> VideoAnalysisJob:
        """Move a job on whose upload was awaited; any other is returned as it is."""
        if job.status != Status.QUEUED:
            return job
        settings = self.consent.check(
            job.owner, job.may_show, AnalysisSettings.model_validate(job.settings)
        )
        stored = self._places.arrived(job, parts)
        self.jobs.uploaded(
            job.id,
            source_bytes=stored.size_bytes,
            source_etag=stored.etag,
            settings=settings.model_dump(mode="json"),
        )
        return self.jobs.get(job.id, owner=job.owner)

    def _announced(self, owner: str, upload: NewUpload) -> VideoAnalysisJob:
        """Return a job that may be made, not stored yet."""
        self._check_declared(upload)
        session = self.sessions.get(owner, upload.session_id)
        if upload.player_id is not None:
            self.consent.players.get(owner, upload.player_id)
        filmed = may_show(session, upload.player_id)
        wanted = overridden(session.settings, upload.overrides)
        settings = self.consent.check(owner, filmed, wanted)
        job_id = uuid4()
        return VideoAnalysisJob(
            id=job_id,
            owner=owner,
            session_id=session.id,
            player_id=only(filmed),
            may_show=filmed,
            trace_id=new_trace_id(),
            settings=settings.model_dump(mode="json"),
            include_frames=upload.include_frames,
            s3_key=upload_key(owner, session.id, job_id),
            filename=upload.filename,
            content_type=upload.content_type,
            declared_bytes=upload.size_bytes,
            upload_expires_at=self._expiry(),
        )

    def _expiry(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.limits.upload_url_expires_s)

    @property
    def _places(self) -> UploadPlaces:
        return UploadPlaces(self.media, self.limits)

    def _check_declared(self, upload: NewUpload) -> None:
        if upload.content_type is not None and not upload.content_type.lower().startswith("video/"):
            raise InvalidFormat.detected(upload.content_type)
        if upload.size_bytes is not None and upload.size_bytes > self.limits.max_upload_bytes:
            raise FileTooLarge(
                f"The video is larger than the limit of {self.limits.max_upload_bytes} bytes."
            )
