"""Requests counted by the minute, uploads by the day, and answers kept for requests that come again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
NOW = sa.func.now()


def upgrade() -> None:
    """Create the tables, and an index for counting what an owner has open.

    Building that index keeps writers out of `video_analysis_jobs`; see 0003 for whoever reads.
    """
    op.create_table(
        "request_counts",
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("minute", TIME, primary_key=True),
        sa.Column("requests", sa.Integer, nullable=False),
        prefixes=["UNLOGGED"],
    )
    op.create_table(
        "upload_counts",
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("uploads", sa.Integer, nullable=False),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("request_hash", sa.Text, nullable=False),
        sa.Column("token", sa.Uuid, nullable=False),
        sa.Column("held_until", TIME, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("headers", JSONB, server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("body", sa.LargeBinary),
        sa.Column("created_at", TIME, server_default=NOW, nullable=False),
    )
    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"])
    op.create_index(
        "ix_jobs_owner_open",
        "video_analysis_jobs",
        ["owner"],
        postgresql_where=sa.text("status IN ('queued', 'processing')"),
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_index("ix_jobs_owner_open", "video_analysis_jobs")
    op.drop_table("idempotency_keys")
    op.drop_table("upload_counts")
    op.drop_table("request_counts")
