"""Sessions, analysis jobs, players."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
NOW = sa.func.now()
STATUSES = "'queued', 'processing', 'completed', 'failed', 'cancelled'"
STAGES = (
    "'awaiting_upload', 'waiting', 'retrying', 'downloading', 'pose', 'metrics', 'findings', "
    "'report', 'done', 'failed', 'cancelled'"
)


def upgrade() -> None:
    """Create the three tables."""
    op.create_table(
        "players",
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("created_at", TIME, server_default=NOW, nullable=False),
    )
    op.create_table(
        "video_sessions",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("notes", sa.Text, server_default="", nullable=False),
        sa.Column("player_ids", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("settings", JSONB, nullable=False),
        sa.Column("created_at", TIME, server_default=NOW, nullable=False),
        sa.Column("updated_at", TIME, server_default=NOW, nullable=False),
    )
    op.create_index(
        "ix_video_sessions_owner_created", "video_sessions", ["owner", "created_at", "id"]
    )
    _create_jobs()


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("video_analysis_jobs")
    op.drop_table("video_sessions")
    op.drop_table("players")


def _create_jobs() -> None:
    op.create_table(
        "video_analysis_jobs",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column(
            "session_id",
            sa.Uuid,
            sa.ForeignKey("video_sessions.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("status", sa.Text, server_default="queued", nullable=False),
        sa.Column("stage", sa.Text, server_default="awaiting_upload", nullable=False),
        sa.Column("trace_id", sa.Text, nullable=False),
        sa.Column("settings", JSONB, nullable=False),
        sa.Column("include_frames", sa.Boolean, nullable=False),
        sa.Column("s3_key", sa.Text, nullable=False),
        sa.Column("filename", sa.Text),
        sa.Column("content_type", sa.Text),
        sa.Column("declared_bytes", sa.BigInteger),
        sa.Column("source_bytes", sa.BigInteger),
        sa.Column("source_etag", sa.Text),
        sa.Column("upload_expires_at", TIME, nullable=False),
        sa.Column("sqs_message_id", sa.Text),
        sa.Column("attempt", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("attempts_returned", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("worker", sa.Text),
        sa.Column("lease_until", TIME),
        sa.Column("percent", sa.Double, server_default=sa.text("0"), nullable=False),
        sa.Column("frames_done", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("frames_total", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("estimated_completion", TIME),
        sa.Column("error_code", sa.Text),
        sa.Column("error_message", sa.Text),
        sa.Column("error_retryable", sa.Boolean),
        sa.Column("user_action", sa.Text),
        sa.Column("results", JSONB),
        sa.Column("results_prefix", sa.Text),
        sa.Column("created_at", TIME, server_default=NOW, nullable=False),
        sa.Column("updated_at", TIME, server_default=NOW, nullable=False),
        sa.Column("started_at", TIME),
        sa.Column("attempt_started_at", TIME),
        sa.Column("completed_at", TIME),
        sa.CheckConstraint(f"status IN ({STATUSES})", name="ck_jobs_status"),
        sa.CheckConstraint(f"stage IN ({STAGES})", name="ck_jobs_stage"),
        sa.CheckConstraint("status <> 'completed' OR results IS NOT NULL", name="ck_jobs_results"),
        sa.CheckConstraint("status <> 'failed' OR error_code IS NOT NULL", name="ck_jobs_error"),
    )
    op.create_index("ix_jobs_owner_created", "video_analysis_jobs", ["owner", "created_at", "id"])
    op.create_index("ix_jobs_session", "video_analysis_jobs", ["session_id"])
    op.create_index(
        "ix_jobs_open",
        "video_analysis_jobs",
        ["status", "updated_at"],
        postgresql_where=sa.text("status IN ('queued', 'processing')"),
    )
