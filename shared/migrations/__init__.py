"""Alembic migrations, run by one function: `upgrade`."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

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


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest revision; safe to call again and from several places."""
    with engine.begin() as connection:
        for statement in _TAKE_TURNS:
            connection.execute(text(statement))
        command.upgrade(_config(connection), "head")


def at_head(engine: Engine) -> bool:
    """Whether the database has the newest revision."""
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    return current == ScriptDirectory.from_config(_config()).get_current_head()


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config
