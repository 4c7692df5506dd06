"""The engine and the two ways to use it: a transaction, or one statement that needs none."""

import math
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

import psycopg
from psycopg import Connection as PostgresConnection
from psycopg import Error as PostgresError
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.exc import (
    DataError,
    IntegrityError,
    InterfaceError,
    InternalError,
    InvalidatePoolError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from shared.errors import DatabaseError
from shared.iam_login import IamLogin
from shared.plain_errors import rule_of
from shared.settings import DatabaseSettings

_AWAY = (OperationalError, InterfaceError, InternalError, PoolTimeoutError)
"""InternalError: a primary that has become read-only, as every failover makes one."""

_AWAY_PLAINLY = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError)
"""The same as psycopg has them."""

_NOTICE_SILENCE = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,  # milliseconds
}
"""A connection that went silent (failover, a thawed Lambda) is given up after about 25 s."""

_BEHIND_A_PROXY = {"prepare_threshold": None}
"""RDS Proxy takes no `options`: limits are the role's own (`shared/migrations/roles.py`). What is
prepared by name would tie one of its connections to us."""

IDLE_IN_TRANSACTION_S = 120
"""The server ends a transaction whose client says nothing for so long, and frees its locks: the
host may have vanished without a word."""

TRUSTED_FOR_S = 1.0
"""A connection that was in use so lately is taken without asking whether it still lives: under
load that would be a round trip for every request. A failover in that second is told as one."""


class Refused(Exception):
    """PostgreSQL refused what was to be written: a bug of ours. Names the rule, never the row."""


def connect(settings: DatabaseSettings, *, trusted_for_s: float = TRUSTED_FOR_S) -> Engine:
    """Return an engine; no connection is opened until the first query."""
    url = make_url(settings.database_url.get_secret_value())
    engine = create_engine(
        url,
        pool_size=settings.database_pool_size,
        max_overflow=settings.database_pool_size,
        hide_parameters=True,  # errors reach the log; titles and notes must not
        pool_timeout=10,
        connect_args={
            "connect_timeout": settings.database_connect_timeout_s,
            **(_BEHIND_A_PROXY if settings.database_proxy else _session_options(settings)),
            **_NOTICE_SILENCE,
        },
    )
    if settings.database_iam_login:
        _log_in_with_tokens(engine, IamLogin.of(url, region=settings.aws_region))
    _ping_what_lay_idle(engine, trusted_for_s)
    return engine


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One transaction: committed at the end, rolled back on any error.

    Rows stay readable after the commit.

    Raises:
        DatabaseError: PostgreSQL could not be reached, gave up, or somebody locks the row.
        Refused: a constraint or a value's form does not allow it.
    """
    with (
        _told_in_our_words(),
        Session(engine, expire_on_commit=False) as session,
        session.begin(),
    ):
        yield session


@contextmanager
def single_statement(engine: Engine) -> Iterator[Connection]:
    """A connection for one statement that stands for itself, without BEGIN and COMMIT around it.

    Raises: as `transaction`.
    """
    with _told_in_our_words(), engine.connect() as connection:
        yield connection.execution_options(isolation_level="AUTOCOMMIT")


def first_row(engine: Engine, query: str, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """Ask past SQLAlchemy, in psycopg's own SQL, in a third of the time: for what is always asked.

    Raises: as `transaction`.
    """
    try:
        pooled = engine.raw_connection()
        try:
            return _asked_plainly(pooled, query, values)
        except BaseException:
            pooled.invalidate()
            raise
        finally:
            pooled.close()
    except (*_AWAY_PLAINLY, PoolTimeoutError) as error:
        raise DatabaseError from error
    except PostgresError as error:
        raise Refused(_rule(error)) from None


def _asked_plainly(
    pooled: PoolProxiedConnection, query: str, values: Mapping[str, Any]
) -> tuple[Any, ...] | None:
    connection: PostgresConnection = cast("PostgresConnection", pooled.driver_connection)
    connection.autocommit = True
    row = connection.execute(query, values).fetchone()
    connection.autocommit = False
    return row


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session for one query, likewise without a transaction; rows stay readable.

    Raises: as `transaction`.
    """
    with (
        single_statement(engine) as connection,
        Session(connection, expire_on_commit=False) as session,
    ):
        yield session


@contextmanager
def _told_in_our_words() -> Iterator[None]:
    try:
        yield
    except _AWAY as error:
        raise DatabaseError from error
    except (IntegrityError, DataError) as error:
        raise Refused(_rule(error.orig)) from None  # PostgreSQL's own words quote the row


def session_limits(settings: DatabaseSettings) -> dict[str, str]:
    """What the server gives up by itself; keepalives notice a dead network, no lock."""
    limits_s = {
        "lock_timeout": settings.database_lock_timeout_s,
        "statement_timeout": settings.database_statement_timeout_s,
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_S,
    }
    return {name: f"{round(limit * 1000)}ms" for name, limit in limits_s.items()}


def _session_options(settings: DatabaseSettings) -> dict[str, str]:
    limits = session_limits(settings).items()
    return {"options": " ".join(f"-c {name}={limit}" for name, limit in limits)}


def _log_in_with_tokens(engine: Engine, login: IamLogin) -> None:
    """Give every new connection a token of its own; one that is open outlives its token."""

    def with_a_token(
        dialect: Dialect, _: object, arguments: tuple[Any, ...], options: dict[str, Any]
    ) -> DBAPIConnection:
        return dialect.connect(*arguments, **(options | {"password": login.token()}))

    event.listen(engine, "do_connect", with_a_token)


def _rule(cause: BaseException | None) -> str:
    """Which kind of refusal, where, by which constraint."""
    known = rule_of(cause)
    return " ".join(known[name] for name in ("kind", "table", "constraint") if name in known)


def _ping_what_lay_idle(engine: Engine, trusted_for_s: float) -> None:
    """Have the pool ask a connection whether it lives, unless it was in use a moment ago.

    By the wall clock: it also counts the hours for which a Lambda is frozen.
    """

    def note_use(_: object, entry: ConnectionPoolEntry) -> None:
        entry.info["used_at"] = time.time()

    def ping(connection: DBAPIConnection, entry: ConnectionPoolEntry, _: object) -> None:
        idle_s = time.time() - entry.info.get("used_at", math.inf)
        if idle_s < trusted_for_s:  # and a new connection, which was never used
            return
        try:
            engine.dialect.do_ping(connection)
        except PostgresError as error:
            raise InvalidatePoolError from error  # the pool opens another, and asks no other one

    event.listen(engine, "checkin", note_use)
    event.listen(engine, "checkout", ping)
