"""What a log may hear of an error: its kind and where it was raised, and no word of its own.

PostgreSQL's words quote rows, pydantic's quote settings, those of S3 name keys.
"""

import traceback
from typing import Any

from psycopg import Error as PostgresError


def rule_of(error: BaseException | None) -> dict[str, str]:
    """Which kind of refusal it is; of PostgreSQL's also its code, the table and the constraint."""
    known: dict[str, str | None] = {"kind": type(error).__name__}
    if isinstance(error, PostgresError):
        known["sqlstate"] = error.sqlstate
        known["table"] = error.diag.table_name
        known["constraint"] = error.diag.constraint_name
    return {name: value for name, value in known.items() if value}


def told_plainly(error: BaseException) -> dict[str, Any]:
    """The fields of a log line about an error that nobody foresaw; of SQLAlchemy's, the cause's."""
    frames = traceback.extract_tb(error.__traceback__)
    where = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return rule_of(getattr(error, "orig", None) or error) | {"frames": where}
