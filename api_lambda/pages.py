"""Pages of a list: newest first, an opaque cursor to go on."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Protocol, TypeVar
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from shared.jobs import Status
from shared.paging import Position

DEFAULT_LIMIT = 20
MAX_LIMIT = 100


class Listed(Protocol):
    """A row that has a place in a list."""

    @property
    def id(self) -> UUID: ...
    @property
    def created_at(self) -> datetime: ...


Row = TypeVar("Row", bound=Listed)


def to_cursor(position: Position) -> str:
    """Write a position down in a form nobody is tempted to take apart."""
    written = f"{position.created_at.isoformat()} {position.id}"
    return urlsafe_b64encode(written.encode()).decode()


def from_cursor(cursor: str) -> Position:
    """Read a cursor back.

    Raises:
        ValueError: it is not one of ours.
    """
    try:
        created_at, row_id = urlsafe_b64decode(cursor).decode().split()
        return Position(_with_zone(created_at), UUID(row_id))
    except ValueError:
        message = "This cursor is none of ours; start again without one."
        raise ValueError(message) from None


Cursor = Annotated[Position, BeforeValidator(from_cursor), WithJsonSchema({"type": "string"})]


class PageQuery(BaseModel):
    """Which page of a list."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)
    cursor: Cursor | None = Field(default=None, description="`next_cursor` of the page before.")


class JobQuery(PageQuery):
    """Which jobs, and which page of them."""

    session_id: UUID | None = Field(default=None, description="Only this session's.")
    status: Status | None = Field(default=None, description="Only those in this state.")


def cut(rows: Sequence[Row], limit: int) -> tuple[Sequence[Row], str | None]:
    """Split what a query for `limit + 1` rows found into a page and the cursor to the next."""
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1]
    return rows[:limit], to_cursor(Position(last.created_at, last.id))


def _with_zone(written: str) -> datetime:
    time = datetime.fromisoformat(written)
    if time.tzinfo is None:
        raise ValueError
    return time
