"""The history of attempts, the workers that were seen lately, and the sweeper's own notes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
NOW = sa.func.now()
JOBS = "video_analysis_jobs"
FINAL_AND_UNTIDY = "tidied_at IS NULL AND status IN ('completed', 'failed', 'cancelled')"
OUTCOMES = "'running', 'completed', 'retrying', 'failed', 'returned', 'lost', 'cancelled'"


def upgrade() -> None:
    """Create two tables and two columns; nothing that runs now is touched."""
    op.create_table(
        "analysis_attempts",
        sa.Column(
            "job_id",
            sa.Uuid,
            sa.ForeignKey("video_analysis_jobs.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("attempt", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("worker", sa.Text, nullable=False),
        sa.Column("device", sa.Text),
        sa.Column("started_at", TIME, server_default=NOW, nullable=False),
        sa.Column("ended_at", TIME),
        sa.Column("outcome", sa.Text, server_default="running", nullable=False),
        sa.Column("error_code", sa.Text),
        sa.Column("error_message", sa.Text),
        sa.Column("seconds", JSONB, server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.CheckConstraint(f"outcome IN ({OUTCOMES})", name="ck_attempts_outcome"),
    )
    op.create_table(
        "workers",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("code_version", sa.Text, nullable=False),
        sa.Column("started_at", TIME, server_default=NOW, nullable=False),
        sa.Column("seen_at", TIME, server_default=NOW, nullable=False),
        sa.Column("job_id", sa.Uuid),
        sa.Column("attempt", sa.Integer),
    )
    op.add_column(JOBS, sa.Column("pushed_at", TIME))
    op.add_column(JOBS, sa.Column("tidied_at", TIME))
    op.create_index(
        "ix_jobs_untidy", JOBS, ["completed_at"], postgresql_where=sa.text(FINAL_AND_UNTIDY)
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_index("ix_jobs_untidy", JOBS)
    op.drop_column(JOBS, "tidied_at")
    op.drop_column(JOBS, "pushed_at")
    op.drop_table("workers")
    op.drop_table("analysis_attempts")
