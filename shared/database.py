"""The engine and the one way to open a transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
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


def connect(settings: DatabaseSettings) -> Engine:
    """Return an engine; no connection is opened until the first query."""
    return create_engine(
        settings.database_url.get_secret_value(),
        pool_size=settings.database_pool_size,
        max_overflow=settings.database_pool_size,
        pool_pre_ping=True,
        hide_parameters=True,  # errors reach the log; titles and notes must not
        pool_timeout=10,
        connect_args={"connect_timeout": settings.database_connect_timeout_s, **_NOTICE_SILENCE},
    )


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One transaction: committed at the end, rolled back on any error.

    Rows stay readable after the commit.

    Raises:
        DatabaseError: PostgreSQL could not be reached or gave up.
    """
    try:
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session
    except _AWAY as error:
        raise DatabaseError from error
