"""Sessions, jobs, their attempts, and the workers.

The job row is the truth and the outbox; the queue's message only says which row.
"""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.jobs import AttemptOutcome, JobKind, Stage, Status
from shared.models.base import Base, one_of


class VideoSession(Base):
    """One training session: the frame around its videos and their default settings."""

    __tablename__ = "video_sessions"
    __table_args__ = (Index("ix_video_sessions_owner_created", "owner", "created_at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    owner: Mapped[str]
    title: Mapped[str]
    notes: Mapped[str] = mapped_column(server_default="")
    player_ids: Mapped[list[str]]
    settings: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class VideoAnalysisJob(Base):
    """One piece of work's way through the system. Only the stores change it, by guarded moves.

    Most analyse a video; `kind` says what else one may be. `source_job_id` is the analysis that a
    rendering shows, or that a reanalysis began from (NULL once that is deleted). `inputs` says
    what the worker fetches: name of the file in its folder to key in the bucket. `part_bytes` is
    the size of the parts that a large video comes in; NULL: it comes in one piece.

    `player_id` is whom it is about. `may_show` are all who may be seen, as far as it was known when
    the job was made: that player, else those of the session. Whoever is taken off the session
    later is still in the picture.

    `updated_at` is when anything last happened to the job, `pushed_at` when the sweeper last
    looked after it, and `tidied_at` when no late file of it could be left in the bucket any more.
    """

    __tablename__ = "video_analysis_jobs"
    __table_args__ = (
        CheckConstraint(one_of("kind", JobKind), name="ck_jobs_kind"),
        CheckConstraint(one_of("status", Status), name="ck_jobs_status"),
        CheckConstraint(one_of("stage", Stage), name="ck_jobs_stage"),
        CheckConstraint("status <> 'completed' OR results IS NOT NULL", name="ck_jobs_results"),
        CheckConstraint("status <> 'failed' OR error_code IS NOT NULL", name="ck_jobs_error"),
        Index("ix_jobs_owner_created", "owner", "created_at", "id"),
        Index("ix_jobs_session", "session_id"),
        Index("ix_jobs_player", "owner", "player_id", "created_at"),
        Index("ix_jobs_source", "source_job_id"),
        Index(
            "ix_jobs_open",
            "status",
            "updated_at",
            postgresql_where=text("status IN ('queued', 'processing')"),
        ),
        Index(
            "ix_jobs_owner_open",
            "owner",
            postgresql_where=text("status IN ('queued', 'processing')"),
        ),
        Index(
            "ix_jobs_ended",
            "completed_at",
            postgresql_where=text("status IN ('completed', 'failed', 'cancelled')"),
        ),
        Index(
            "ix_jobs_untidy",
            "completed_at",
            postgresql_where=text(
                "tidied_at IS NULL AND status IN ('completed', 'failed', 'cancelled')"
            ),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    owner: Mapped[str]
    kind: Mapped[str] = mapped_column(server_default=JobKind.VIDEO)
    session_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("video_sessions.id", ondelete="CASCADE")
    )
    player_id: Mapped[str | None]
    may_show: Mapped[list[str]] = mapped_column(server_default=text("'{}'::text[]"))
    source_job_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("video_analysis_jobs.id", ondelete="SET NULL")
    )
    status: Mapped[str] = mapped_column(server_default=Status.QUEUED)
    stage: Mapped[str] = mapped_column(server_default=Stage.AWAITING_UPLOAD)
    trace_id: Mapped[str]

    settings: Mapped[dict[str, Any]]
    include_frames: Mapped[bool]

    s3_key: Mapped[str]
    inputs: Mapped[dict[str, str]] = mapped_column(server_default=text("'{}'::jsonb"))
    part_bytes: Mapped[int | None]
    multipart_upload_id: Mapped[str | None]
    filename: Mapped[str | None]
    content_type: Mapped[str | None]
    declared_bytes: Mapped[int | None] = mapped_column(BigInteger)
    source_bytes: Mapped[int | None] = mapped_column(BigInteger)
    source_etag: Mapped[str | None]
    upload_expires_at: Mapped[datetime]
    sqs_message_id: Mapped[str | None]

    attempt: Mapped[int] = mapped_column(server_default=text("0"))
    attempts_returned: Mapped[int] = mapped_column(server_default=text("0"))
    worker: Mapped[str | None]
    lease_until: Mapped[datetime | None]

    percent: Mapped[float] = mapped_column(server_default=text("0"))
    frames_done: Mapped[int] = mapped_column(server_default=text("0"))
    frames_total: Mapped[int] = mapped_column(server_default=text("0"))
    estimated_completion: Mapped[datetime | None]

    error_code: Mapped[str | None]
    error_message: Mapped[str | None]
    error_retryable: Mapped[bool | None]
    user_action: Mapped[str | None]
    results: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), deferred=True)
    results_prefix: Mapped[str | None]

    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())
    started_at: Mapped[datetime | None]
    attempt_started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    pushed_at: Mapped[datetime | None]
    tidied_at: Mapped[datetime | None]


class AnalysisAttempt(Base):
    """One worker's try at a job: the history that an operator reads."""

    __tablename__ = "analysis_attempts"
    __table_args__ = (
        CheckConstraint(one_of("outcome", AttemptOutcome), name="ck_attempts_outcome"),
    )

    job_id: Mapped[UUID] = mapped_column(
        ForeignKey("video_analysis_jobs.id", ondelete="CASCADE"), primary_key=True
    )
    attempt: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    worker: Mapped[str]
    device: Mapped[str | None]
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(server_default=AttemptOutcome.RUNNING)
    error_code: Mapped[str | None]
    error_message: Mapped[str | None]
    seconds: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))


class Worker(Base):
    """A worker process that was seen lately, and what it is busy with."""

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(primary_key=True)
    code_version: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    job_id: Mapped[UUID | None]
    attempt: Mapped[int | None]
