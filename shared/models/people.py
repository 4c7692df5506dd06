"""Athletes, what they or their guardians allowed, and the receipts of what was deleted."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.analysis import AgeBand
from shared.erasure.kinds import Erased
from shared.models.base import Base, one_of
from shared.players.scopes import ConsentScope


class Player(Base):
    """An athlete as one coach knows them; ids are the app's own."""

    __tablename__ = "players"
    __table_args__ = (CheckConstraint(one_of("age_band", AgeBand), name="ck_players_age_band"),)

    owner: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    age_band: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class Consent(Base):
    """Somebody allowed something for a player. Never deleted while the player is there: revoked.

    `given_by` is who allowed it and `relationship` what they are to the player, in the coach's
    words.
    """

    __tablename__ = "consents"
    __table_args__ = (
        ForeignKeyConstraint(
            ["owner", "player_id"], ["players.owner", "players.id"], ondelete="CASCADE"
        ),
        CheckConstraint(one_of("scope", ConsentScope), name="ck_consents_scope"),
        Index("ix_consents_player", "owner", "player_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    owner: Mapped[str]
    player_id: Mapped[str]
    scope: Mapped[str]
    given_by: Mapped[str]
    relationship: Mapped[str]
    given_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class DeletionReceipt(Base):
    """That something was deleted: what kind of thing, how much, when; nothing personal.

    `subject` is the deleted thing's id, or a hash where that is the app's own. `leftovers` are
    prefixes in the bucket that are looked through once more when no late file can arrive any
    more; then `closed_at` is set and they are forgotten. `pushed_at` is when they were empty for
    the first time, `tried_at` when the sweeper last tried to empty them. A job that went with
    something else has a receipt besides, without leftovers.
    """

    __tablename__ = "deletion_receipts"
    __table_args__ = (
        CheckConstraint(one_of("kind", Erased), name="ck_receipts_kind"),
        Index("ix_receipts_subject", "subject", "kind", "owner"),
        Index("ix_receipts_open", "created_at", postgresql_where=text("closed_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    owner: Mapped[str]
    kind: Mapped[str]
    subject: Mapped[str]
    counts: Mapped[dict[str, Any]]
    leftovers: Mapped[list[str]]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    pushed_at: Mapped[datetime | None]
    tried_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
