"""Pages of a list: newest first, an opaque cursor to go on."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Protocol, TypeVar
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from api_lambda.wire.common import PlayerId
from shared.jobs import JobKind, Status
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
Placed = TypeVar("Placed")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_TIME_DIGITS = 14
"""Enough until the year 4253, and never more than a `datetime` can hold."""

CURSOR = "^[0-9a-f]{46}$"


def to_cursor(position: Position) -> str:
    """Write a position down: microseconds since 1970 and the id, both in hexadecimal."""
    since = (position.created_at - _EPOCH) // timedelta(microseconds=1)
    return f"{since:0{_TIME_DIGITS}x}{position.id.hex}"


def from_cursor(cursor: str) -> Position:
    """Read a cursor back. Every text of `CURSOR`'s form is one.

    Raises:
        ValueError: it is not one of ours.
    """
    if re.fullmatch(CURSOR, cursor) is None:
        message = "This cursor is none of ours; start again without one."
        raise ValueError(message)
    since, row_id = cursor[:_TIME_DIGITS], cursor[_TIME_DIGITS:]
    return Position(_EPOCH + timedelta(microseconds=int(since, 16)), UUID(row_id))


Cursor = Annotated[
    Position, BeforeValidator(from_cursor), WithJsonSchema({"type": "string", "pattern": CURSOR})
]


class PageQuery(BaseModel):
    """Which page of a list."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)
    cursor: Cursor | None = Field(default=None, description="`next_cursor` of the page before.")


class JobQuery(PageQuery):
    """Which jobs, and which page of them."""

    session_id: UUID | None = Field(default=None, description="Only this session's.")
    status: Status | None = Field(default=None, description="Only those in this state.")
    kind: JobKind | None = Field(default=None, description="Only those that do this.")
    player_id: PlayerId | None = Field(default=None, description="Only those about this player.")


class SessionQuery(PageQuery):
    """Which sessions, and which page of them."""

    player_id: PlayerId | None = Field(default=None, description="Only those naming this player.")


def cut(rows: Sequence[Row], limit: int) -> tuple[Sequence[Row], str | None]:
    """Split what a query for `limit + 1` rows found into a page and the cursor to the next."""
    return cut_by(place_of, rows, limit)


def cut_by(
    place: Callable[[Placed], Position], rows: Sequence[Placed], limit: int
) -> tuple[Sequence[Placed], str | None]:
    """The same for rows whose place in the list is to be asked for."""
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], to_cursor(place(rows[limit - 1]))


def place_of(row: Listed) -> Position:
    """Where a row stands in its list."""
    return Position(row.created_at, row.id)
