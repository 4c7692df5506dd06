"""The engine and the one way to open a transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import Error as PostgresError
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import (
    DataError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from shared.errors import DatabaseError
from shared.settings import DatabaseSettings

_AWAY = (OperationalError, InterfaceError, InternalError, PoolTimeoutError)
"""InternalError: a primary that has become read-only, as every failover makes one."""

_NOTICE_SILENCE = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,  # milliseconds
}
"""A connection that went silent (failover, a thawed Lambda) is given up after about 25 s."""

IDLE_IN_TRANSACTION_S = 120
"""The server ends a transaction whose client says nothing for so long, and frees its locks: the
host may have vanished without a word."""


class Refused(Exception):
    """PostgreSQL refused what was to be written: a bug of ours. Names the rule, never the row."""


def connect(settings: DatabaseSettings) -> Engine:
    """Return an engine; no connection is opened until the first query."""
    return create_engine(
        settings.database_url.get_secret_value(),
        pool_size=settings.database_pool_size,
        max_overflow=settings.database_pool_size,
        pool_pre_ping=True,
        hide_parameters=True,  # errors reach the log; titles and notes must not
        pool_timeout=10,
        connect_args={
            "connect_timeout": settings.database_connect_timeout_s,
            "options": _session_options(settings),
            **_NOTICE_SILENCE,
        },
    )


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One transaction: committed at the end, rolled back on any error.

    Rows stay readable after the commit.

    Raises:
        DatabaseError: PostgreSQL could not be reached, gave up, or somebody locks the row.
        Refused: a constraint or a value's form does not allow it.
    """
    try:
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session
    except _AWAY as error:
        raise DatabaseError from error
    except (IntegrityError, DataError) as error:
        raise Refused(_rule(error.orig)) from None  # PostgreSQL's own words quote the row


def _session_options(settings: DatabaseSettings) -> str:
    """What the server gives up by itself; keepalives notice a dead network, no lock."""
    limits_s = {
        "lock_timeout": settings.database_lock_timeout_s,
        "statement_timeout": settings.database_statement_timeout_s,
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_S,
    }
    return " ".join(f"-c {name}={round(limit * 1000)}ms" for name, limit in limits_s.items())


def _rule(cause: BaseException | None) -> str:
    """Which kind of refusal, where, by which constraint."""
    names = [type(cause).__name__]
    if isinstance(cause, PostgresError):
        names += [name for name in (cause.diag.table_name, cause.diag.constraint_name) if name]
    return " ".join(names)
