"""Addresses that want to be told, and what was told."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

JOBS = "video_analysis_jobs"
ENDED = "status IN ('completed', 'failed', 'cancelled')"
TIME = sa.DateTime(timezone=True)
NOW = sa.func.now()
STATUSES = "status IN ('pending', 'delivered', 'failed')"


def upgrade() -> None:
    """Create the two tables, and find jobs by when they ended.

    Building that index keeps writers out of `video_analysis_jobs`; see 0003 for whoever reads.
    """
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("events", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("active", sa.Boolean, server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", TIME, server_default=NOW, nullable=False),
        sa.Column("updated_at", TIME, server_default=NOW, nullable=False),
    )
    op.create_index("ix_webhooks_owner", "webhooks", ["owner", "created_at", "id"])
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column(
            "webhook_id", sa.Uuid, sa.ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("occasion", sa.Text, nullable=False),
        sa.Column("job_id", sa.Uuid),
        sa.Column("payload", JSONB, nullable=False),
        sa.Column("status", sa.Text, server_default="pending", nullable=False),
        sa.Column("tries", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("next_try_at", TIME, server_default=NOW, nullable=False),
        sa.Column("last_http_status", sa.Integer),
        sa.Column("last_error", sa.Text),
        sa.Column("created_at", TIME, server_default=NOW, nullable=False),
        sa.Column("delivered_at", TIME),
        sa.CheckConstraint(STATUSES, name="ck_deliveries_status"),
    )
    deliveries = "webhook_deliveries"
    op.create_index("ux_deliveries_occasion", deliveries, ["webhook_id", "occasion"], unique=True)
    op.create_index("ix_deliveries_webhook", deliveries, ["webhook_id", "created_at", "id"])
    op.create_index(
        "ix_deliveries_due",
        deliveries,
        ["next_try_at"],
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index("ix_jobs_ended", JOBS, ["completed_at"], postgresql_where=sa.text(ENDED))


def downgrade() -> None:
    """Drop them again."""
    op.drop_index("ix_jobs_ended", table_name=JOBS)
    op.drop_table("webhook_deliveries")
    op.drop_table("webhooks")
