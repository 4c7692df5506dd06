"""Alembic migrations, run by one function: `upgrade`."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from shared.migrations.deadline import called_off
from shared.migrations.roles import AppRole

_LOCK = 7_251_102
"""Any fixed number: two deployments that migrate at once take turns."""

_TAKE_TURNS = (
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL lock_timeout = 0",
    f"SELECT pg_advisory_xact_lock({_LOCK})",
    "SET LOCAL lock_timeout TO DEFAULT",
)
"""A migration may take long, and waits for another one; but not for a table: whoever waits for that
makes everybody behind it wait too."""


class DatabaseIsNewer(Exception):
    """Newer code has migrated it: its revision, which `str` tells, is none that this code knows."""


def upgrade(
    engine: Engine, *, app_role: AppRole | None = None, within_s: float | None = None
) -> None:
    """Bring the database to the newest revision; safe to call again and from several places.

    All of it happens, or nothing.

    Args:
        engine: logs in as the owner of the tables.
        app_role: is let in too, for reading and writing rows.
        within_s: after so long it is called off.

    Raises:
        DatabaseIsNewer: nothing was changed.
        sqlalchemy.exc.DBAPIError: nothing was changed.
    """
    with engine.begin() as connection, called_off(connection, after_s=within_s):
        for statement in _TAKE_TURNS:
            connection.execute(text(statement))
        _check_known(connection)
        command.upgrade(_config(connection), "head")
        if app_role is not None:
            app_role.let_in(connection)


def at_head(engine: Engine) -> bool:
    """Whether the database has the newest revision."""
    with engine.connect() as connection:
        return _revision(connection) == _scripts().get_current_head()


def _check_known(connection: Connection) -> None:
    revision = _revision(connection)
    known = {script.revision for script in _scripts().walk_revisions()}
    if revision is not None and revision not in known:
        raise DatabaseIsNewer(revision)


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config
