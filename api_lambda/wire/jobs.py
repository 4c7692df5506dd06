"""Jobs on the wire."""

from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from api_lambda.wire.common import Timestamp
from shared.documents import JobResults, JobSettings, settings_of
from shared.job_store import JobState
from shared.jobs import JobKind, Stage, Status
from shared.models import VideoAnalysisJob


class ProgressAnswer(BaseModel):
    """How far a job has come."""

    stage: Stage
    percent: float = Field(ge=0, le=100, description="Never goes down within an attempt.")
    frames_done: int
    frames_total: int
    estimated_completion: Timestamp | None
    updated_at: Timestamp

    @classmethod
    def of(cls, row: VideoAnalysisJob | JobState) -> Self:
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
    def of(cls, row: VideoAnalysisJob | JobState) -> Self | None:
        if row.error_code is None:
            return None
        return cls(
            code=row.error_code,
            message=row.error_message or "",
            retryable=bool(row.error_retryable),
            user_action=row.user_action or "",
        )


class _Standing(BaseModel):
    job_id: UUID
    status: Status
    progress: ProgressAnswer
    error: ErrorAnswer | None


class StatusAnswer(_Standing):
    """The little that an app needs to know while it waits."""

    @classmethod
    def of(cls, row: VideoAnalysisJob | JobState) -> Self:
        return cls(
            job_id=row.id,
            status=Status(row.status),
            progress=ProgressAnswer.of(row),
            error=ErrorAnswer.of(row),
        )


class JobSummary(_Standing):
    """A whole job but for its results."""

    kind: JobKind
    session_id: UUID | None = Field(description="null for still pictures outside of a session.")
    player_id: str | None
    source_job_id: UUID | None = Field(description="The analysis this one began from, or shows.")
    attempt: int = Field(description="0 until a worker has taken the job.")
    settings: JobSettings
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
            kind=JobKind(row.kind),
            session_id=row.session_id,
            player_id=row.player_id,
            source_job_id=row.source_job_id,
            attempt=row.attempt,
            settings=settings_of(row.kind, row.settings),
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

    results: JobResults | None = None


class JobPage(BaseModel):
    """Some jobs, newest first, without their results."""

    items: list[JobSummary]
    next_cursor: str | None = Field(description="null on the last page.")
