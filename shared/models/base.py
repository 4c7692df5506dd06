"""What every table has in common."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ARRAY, DateTime, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """Explicit types for every column; times always carry a zone."""

    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own hook
        datetime: DateTime(timezone=True),
        str: Text,
        dict[str, Any]: JSONB,
        dict[str, str]: JSONB,
        list[str]: ARRAY(Text),
    }


def one_of(column: str, allowed: type[StrEnum]) -> str:
    """A check constraint's condition: the column holds one of these."""
    values = ", ".join(f"'{member.value}'" for member in allowed)
    return f"{column} IN ({values})"
