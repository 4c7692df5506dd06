"""Who an athlete is, what was allowed for them, and receipts of what was deleted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
NOW = sa.func.now()
AGE_BANDS = "age_band IN ('under_13', 'under_16', 'under_18', 'adult')"


def upgrade() -> None:
    """Widen players; create two tables.

    `players` is locked against readers too until the commit, and read whole once, for the check.
    """
    op.add_column("players", sa.Column("name", sa.Text))
    op.add_column("players", sa.Column("age_band", sa.Text))
    op.add_column("players", sa.Column("updated_at", TIME, server_default=NOW, nullable=False))
    op.create_check_constraint("ck_players_age_band", "players", AGE_BANDS)
    op.create_table(
        "consents",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("player_id", sa.Text, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("given_by", sa.Text, nullable=False),
        sa.Column("relationship", sa.Text, nullable=False),
        sa.Column("given_at", TIME, nullable=False),
        sa.Column("expires_at", TIME),
        sa.Column("revoked_at", TIME),
        sa.Column("created_at", TIME, server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(
            ["owner", "player_id"], ["players.owner", "players.id"], ondelete="CASCADE"
        ),
        sa.CheckConstraint("scope IN ('analysis', 'sharing')", name="ck_consents_scope"),
    )
    op.create_index("ix_consents_player", "consents", ["owner", "player_id"])
    op.create_table(
        "deletion_receipts",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("counts", JSONB, nullable=False),
        sa.Column("leftovers", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("created_at", TIME, server_default=NOW, nullable=False),
        sa.Column("pushed_at", TIME),
        sa.Column("tried_at", TIME),
        sa.Column("closed_at", TIME),
        sa.CheckConstraint("kind IN ('job', 'session', 'player')", name="ck_receipts_kind"),
    )
    op.create_index("ix_receipts_subject", "deletion_receipts", ["subject", "kind", "owner"])
    op.create_index(
        "ix_receipts_open",
        "deletion_receipts",
        ["created_at"],
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("deletion_receipts")
    op.drop_table("consents")
    op.drop_constraint("ck_players_age_band", "players")
    for column in ("updated_at", "age_band", "name"):
        op.drop_column("players", column)
