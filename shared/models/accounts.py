"""What is kept about an account's requests: how many, and answers that may be asked for again."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import LargeBinary, func, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base


class RequestCount(Base):
    """How many requests an owner sent in one minute. Not logged: a crash only forgives."""

    __tablename__ = "request_counts"
    __table_args__ = {"prefixes": ["UNLOGGED"]}  # noqa: RUF012 - SQLAlchemy's own hook

    owner: Mapped[str] = mapped_column(primary_key=True)
    minute: Mapped[datetime] = mapped_column(primary_key=True)
    requests: Mapped[int]


class UploadCount(Base):
    """How many uploads an owner began on one day of UTC; deleting their jobs takes none back."""

    __tablename__ = "upload_counts"

    owner: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    uploads: Mapped[int]


class IdempotencyKey(Base):
    """A request that was sent with a key, and its answer once there is one.

    `request_hash` covers method, path and body of the request. `token` is of the process that works
    on it until `held_until`; `status` and what follows are empty until it is answered. `body` is
    compressed.
    """

    __tablename__ = "idempotency_keys"

    owner: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[str]
    token: Mapped[UUID]
    held_until: Mapped[datetime]
    status: Mapped[int | None]
    headers: Mapped[dict[str, str]] = mapped_column(server_default=text("'{}'::jsonb"))
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
