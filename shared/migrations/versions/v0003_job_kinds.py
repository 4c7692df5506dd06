"""Jobs of several kinds: reanalyses, renderings, still pictures; who is filmed; uploads in parts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

JOBS = "video_analysis_jobs"
KINDS = "kind IN ('video', 'reanalysis', 'render', 'images')"
STAGES_BEFORE = (
    "'awaiting_upload', 'waiting', 'retrying', 'downloading', 'pose', 'metrics', 'findings', "
    "'report', 'done', 'failed', 'cancelled'"
)


def upgrade() -> None:
    """Add columns that rows of today need not fill, checks, a foreign key and two indexes.

    `video_analysis_jobs` is locked against readers too from the first statement to the commit, which
    comes after the last revision of the run. The checks, the key and the indexes each read it whole:
    with those of 0005 and 0006 about 1.5 s for 200,000 jobs. Whoever asks meanwhile waits for that.
    """
    op.add_column(JOBS, sa.Column("kind", sa.Text, server_default="video", nullable=False))
    op.add_column(JOBS, sa.Column("player_id", sa.Text))
    nobody = sa.text("'{}'::text[]")
    op.add_column(
        JOBS, sa.Column("may_show", sa.ARRAY(sa.Text), server_default=nobody, nullable=False)
    )
    op.execute(
        f"UPDATE {JOBS} SET may_show = player_ids FROM video_sessions "  # noqa: S608 - a constant
        f"WHERE video_sessions.id = session_id AND player_ids <> '{{}}'"
    )
    op.add_column(JOBS, sa.Column("source_job_id", sa.Uuid))
    op.create_foreign_key(
        "video_analysis_jobs_source_job_id_fkey",
        JOBS,
        JOBS,
        ["source_job_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.add_column(
        JOBS, sa.Column("inputs", JSONB, server_default=sa.text("'{}'::jsonb"), nullable=False)
    )
    op.add_column(JOBS, sa.Column("part_bytes", sa.Integer))
    op.add_column(JOBS, sa.Column("multipart_upload_id", sa.Text))
    op.alter_column(JOBS, "session_id", nullable=True)
    op.create_check_constraint("ck_jobs_kind", JOBS, KINDS)
    _stages(f"stage IN ({STAGES_BEFORE}, 'rendering')")
    op.create_index("ix_jobs_player", JOBS, ["owner", "player_id", "created_at"])
    op.create_index("ix_jobs_source", JOBS, ["source_job_id"])


def downgrade() -> None:
    """Drop them again, and the jobs that only they could describe."""
    op.execute(f"DELETE FROM {JOBS} WHERE kind <> 'video' OR session_id IS NULL")
    op.drop_index("ix_jobs_source", JOBS)
    op.drop_index("ix_jobs_player", JOBS)
    _stages(f"stage IN ({STAGES_BEFORE})")
    op.drop_constraint("ck_jobs_kind", JOBS)
    op.alter_column(JOBS, "session_id", nullable=False)
    for column in (
        "multipart_upload_id",
        "part_bytes",
        "inputs",
        "source_job_id",
        "may_show",
        "player_id",
        "kind",
    ):
        op.drop_column(JOBS, column)


def _stages(condition: str) -> None:
    op.drop_constraint("ck_jobs_stage", JOBS)
    op.create_check_constraint("ck_jobs_stage", JOBS, condition)
