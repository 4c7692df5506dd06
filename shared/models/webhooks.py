"""Addresses that owners want to be told at, and what was told."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, one_of
from shared.webhooks.events import DeliveryStatus


class Webhook(Base):
    """One address of one owner. `secret` signs what is sent there; it is shown once."""

    __tablename__ = "webhooks"
    __table_args__ = (Index("ix_webhooks_owner", "owner", "created_at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    owner: Mapped[str]
    url: Mapped[str]
    events: Mapped[list[str]]
    secret: Mapped[str]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class WebhookDelivery(Base):
    """One message for one address: sent until it is taken, or given up.

    `occasion` makes it unique: the same end of a job is told once to each address.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        CheckConstraint(one_of("status", DeliveryStatus), name="ck_deliveries_status"),
        Index("ux_deliveries_occasion", "webhook_id", "occasion", unique=True),
        Index("ix_deliveries_webhook", "webhook_id", "created_at", "id"),
        Index("ix_deliveries_due", "next_try_at", postgresql_where=text("status = 'pending'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    owner: Mapped[str]
    event: Mapped[str]
    occasion: Mapped[str]
    job_id: Mapped[UUID | None]
    payload: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(server_default=DeliveryStatus.PENDING)
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    next_try_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_http_status: Mapped[int | None]
    last_error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    delivered_at: Mapped[datetime | None]
