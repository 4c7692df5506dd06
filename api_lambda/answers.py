"""What goes out: each answer is made from a row by its `of`."""

from datetime import UTC, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field

from shared.analysis import AnalysisSettings
from shared.jobs import Stage, Status
from shared.media_store import PresignedPut
from shared.models import VideoAnalysisJob, VideoSession
from shared.results import Results

Timestamp = Annotated[datetime, AfterValidator(lambda time: time.astimezone(UTC))]
"""UTC, so that it is written with `Z` whatever zone the database speaks."""


class SessionAnswer(BaseModel):
    """One training session."""

    session_id: UUID
    status: Literal["pending"] = "pending"
    title: str
    player_ids: list[str]
    notes: str
    settings: AnalysisSettings = Field(description="Defaults of this session's videos.")
    created_at: Timestamp
    updated_at: Timestamp

    @classmethod
    def of(cls, row: VideoSession) -> Self:
        return cls(
            session_id=row.id,
            title=row.title,
            player_ids=row.player_ids,
            notes=row.notes,
            settings=AnalysisSettings.model_validate(row.settings),
            created_at=row.created_at,
            updated_at=row.updated_at,
        )


class SessionPage(BaseModel):
    """Some sessions, newest first."""

    items: list[SessionAnswer]
    next_cursor: str | None = Field(description="null on the last page.")


class UploadAnswer(BaseModel):
    """Where to put the video: one request with this method and exactly these headers."""

    job_id: UUID
    session_id: UUID
    status: Status
    presigned_url: str
    method: Literal["PUT"] = "PUT"
    headers: dict[str, str]
    s3_bucket: str
    s3_key: str
    expires_in: int = Field(description="Seconds.")

    @classmethod
    def of(cls, row: VideoAnalysisJob, put: PresignedPut, *, bucket: str) -> Self:
        return cls(
            job_id=row.id,
            session_id=row.session_id,
            status=Status(row.status),
            presigned_url=put.url,
            headers=dict(put.headers),
            s3_bucket=bucket,
            s3_key=row.s3_key,
            expires_in=put.expires_in_s,
        )


class CompleteAnswer(BaseModel):
    """The job is on its way to a worker."""

    job_id: UUID
    status: Status
    sqs_message_id: str | None

    @classmethod
    def of(cls, row: VideoAnalysisJob) -> Self:
        return cls(job_id=row.id, status=Status(row.status), sqs_message_id=row.sqs_message_id)


class ProgressAnswer(BaseModel):
    """How far a job has come."""

    stage: Stage
    percent: float = Field(ge=0, le=100, description="Never goes down within an attempt.")
    frames_done: int
    frames_total: int
    estimated_completion: Timestamp | None
    updated_at: Timestamp

    @classmethod
    def of(cls, row: VideoAnalysisJob) -> Self:
        return cls(
            stage=Stage(row.stage),
            percent=row.percent,
            frames_done=row.frames_done,
            frames_total=row.frames_total,
            estimated_completion=row.estimated_completion,
            updated_at=row.updated_at,
        )


class ErrorAnswer(BaseModel):
    """Why the job failed, or why its last attempt did."""

    code: str
    message: str
    retryable: bool
    user_action: str

    @classmethod
    def of(cls, row: VideoAnalysisJob) -> Self | None:
        if row.error_code is None:
            return None
        return cls(
            code=row.error_code,
            message=row.error_message or "",
            retryable=bool(row.error_retryable),
            user_action=row.user_action or "",
        )


class StatusAnswer(BaseModel):
    """The little that an app needs to know while it waits."""

    job_id: UUID
    status: Status
    progress: ProgressAnswer
    error: ErrorAnswer | None

    @classmethod
    def of(cls, row: VideoAnalysisJob) -> Self:
        return cls(
            job_id=row.id,
            status=Status(row.status),
            progress=ProgressAnswer.of(row),
            error=ErrorAnswer.of(row),
        )


class JobSummary(StatusAnswer):
    """A whole job but for its results."""

    session_id: UUID
    attempt: int = Field(description="0 until a worker has taken the job.")
    settings: AnalysisSettings
    include_frames: bool
    filename: str | None
    content_type: str | None
    size_bytes: int | None = Field(description="Announced, then measured.")
    created_at: Timestamp
    updated_at: Timestamp
    started_at: Timestamp | None = Field(
        description="When the upload was completed, or a failed job last retried."
    )
    attempt_started_at: Timestamp | None
    completed_at: Timestamp | None

    @classmethod
    def of(cls, row: VideoAnalysisJob) -> Self:
        return cls(
            job_id=row.id,
            status=Status(row.status),
            progress=ProgressAnswer.of(row),
            error=ErrorAnswer.of(row),
            session_id=row.session_id,
            attempt=row.attempt,
            settings=AnalysisSettings.model_validate(row.settings),
            include_frames=row.include_frames,
            filename=row.filename,
            content_type=row.content_type,
            size_bytes=row.source_bytes or row.declared_bytes,
            created_at=row.created_at,
            updated_at=row.updated_at,
            started_at=row.started_at,
            attempt_started_at=row.attempt_started_at,
            completed_at=row.completed_at,
        )


class JobAnswer(JobSummary):
    """A whole job, with its results once it is completed."""

    results: Results | None = None


class JobPage(BaseModel):
    """Some jobs, newest first, without their results."""

    items: list[JobSummary]
    next_cursor: str | None = Field(description="null on the last page.")
