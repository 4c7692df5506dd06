"""Keyset paging, newest first: stable while rows are added."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

Query = TypeVar("Query", bound=Select[Any])


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page ended: the last row's creation time and id."""

    created_at: datetime
    id: UUID


def newest_first(
    query: Query,
    created_at: InstrumentedAttribute[datetime],
    row_id: InstrumentedAttribute[UUID],
    after: Position | None,
) -> Query:
    """Order by creation, newest first, and go on behind `after`."""
    if after is not None:
        query = query.where(tuple_(created_at, row_id) < tuple_(after.created_at, after.id))
    return query.order_by(created_at.desc(), row_id.desc())
