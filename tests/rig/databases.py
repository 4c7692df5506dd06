"""Databases for tests: one that they share in turn, or one of a test's own.

Making a database takes a hundred times as long as emptying one.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from types import TracebackType
from typing import Self
from uuid import uuid4

from sqlalchemy import Engine, create_engine, make_url, text

from shared import migrations
from shared.models import Base

TEMPLATE = "coach_template"
SHARED = "coach_shared"

_HANG_UP = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""

_SHAPE = """
SELECT (SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace),
       (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal),
       (SELECT count(*) FROM pg_db_role_setting)
"""


class Databases(AbstractContextManager["Databases"]):
    """The databases of one cluster."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._admin = self._engine("postgres")
        self._do(f"CREATE DATABASE {TEMPLATE}")
        template = create_engine(self._named(TEMPLATE))
        migrations.upgrade(template)
        template.dispose()
        self._do(f"CREATE DATABASE {SHARED} TEMPLATE {TEMPLATE}")
        self._cleaner = self._engine(SHARED)
        self._shape = self._look()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    @contextmanager
    def shared(self) -> Iterator[str]:
        """Lend the one that everybody uses, and empty it afterwards."""
        yield self._named(SHARED)
        with self._cleaner.connect() as connection:
            connection.execute(text(_HANG_UP))
            for table in reversed(Base.metadata.sorted_tables):
                connection.execute(table.delete())
        assert self._look() == self._shape, "it changed more than rows: mark it own_database"

    @contextmanager
    def own(self) -> Iterator[str]:
        """Make one, and drop it afterwards."""
        name = f"own_{uuid4().hex[:12]}"
        self._do(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        yield self._named(name)
        self._do(f"DROP DATABASE {name} WITH (FORCE)")

    def _look(self) -> tuple[int, ...]:
        with self._cleaner.connect() as connection:
            return tuple(connection.execute(text(_SHAPE)).one())

    def _do(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))

    def _engine(self, name: str) -> Engine:
        engine = create_engine(self._named(name), isolation_level="AUTOCOMMIT", pool_size=1)
        self._open.callback(engine.dispose)
        return engine

    def _named(self, database: str) -> str:
        return make_url(self._url).set(database=database).render_as_string(hide_password=False)
