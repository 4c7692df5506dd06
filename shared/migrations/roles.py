"""The role as which API, backstage and workers log in: it has rows to read and write, no more."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from shared.models import Base

LET_IN_BY_IAM = "rds_iam"
"""Whoever has this role in RDS logs in with a token of IAM; elsewhere there is no such role."""

_VERSION = "alembic_version"
"""Says which tables there are; read by whoever asks whether they are the newest."""

_RIGHTS = "SELECT, INSERT, UPDATE, DELETE"


class RoleOfSomebodyElse(Exception):
    """The role was made by somebody else; the message says what to do, to a person."""


@dataclass(frozen=True, slots=True)
class AppRole:
    """It comes without a password.

    Attributes:
        name: in small letters, digits and `_`.
        limits: what its sessions give up by themselves, as PostgreSQL writes settings.
    """

    name: str
    limits: Mapping[str, str]

    def let_in(self, connection: Connection) -> None:
        """Make it if it is missing, and set its rights. Repeatable.

        `connection` logs in as the owner of database and tables, who need not be a superuser.
        Tables of others in the same schema are left alone.

        Raises:
            RoleOfSomebodyElse: it was there before, and the owner may not administer it.
        """
        database = connection.execute(text("SELECT current_database()")).scalar_one()
        quoted = connection.dialect.identifier_preparer.quote_identifier
        for statement in self._statements(database=quoted(database)):
            connection.execute(text(statement))
        try:
            for statement in self._limits():
                connection.execute(text(statement))
        except ProgrammingError as error:
            if not isinstance(error.orig, InsufficientPrivilege):
                raise
            raise RoleOfSomebodyElse(self._advice(connection)) from None

    def _statements(self, *, database: str) -> Iterator[str]:
        yield _unless_there(self.name, f"CREATE ROLE {self.name} LOGIN")
        yield _if_there(LET_IN_BY_IAM, f"GRANT {LET_IN_BY_IAM} TO {self.name}")
        yield f"REVOKE ALL ON DATABASE {database} FROM PUBLIC"  # temporary tables are among it
        yield f"GRANT CONNECT ON DATABASE {database} TO {self.name}"
        yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
        yield f"GRANT USAGE ON SCHEMA public TO {self.name}"
        for table in Base.metadata.sorted_tables:
            yield f"GRANT {_RIGHTS} ON {table.name} TO {self.name}"
        yield f"REVOKE ALL ON {_VERSION} FROM {self.name}"
        yield f"GRANT SELECT ON {_VERSION} TO {self.name}"
        later = "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT"
        yield f"{later} {_RIGHTS} ON TABLES TO {self.name}"
        yield f"{later} USAGE ON SEQUENCES TO {self.name}"

    def _limits(self) -> Iterator[str]:
        """Only who administers a role may set them; since PostgreSQL 16, who made it does."""
        for setting, limit in self.limits.items():
            yield f"ALTER ROLE {self.name} SET {setting} = '{limit}'"

    def _advice(self, connection: Connection) -> str:
        owner = connection.engine.url.username
        return (
            f"Role {self.name} was made by somebody else. Have them run: "
            f"GRANT {self.name} TO {owner} WITH ADMIN OPTION."
        )


def _unless_there(role: str, create: str) -> str:
    """Another database of the cluster may be making it in this moment."""
    ignored = "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;"
    return f"DO $$ BEGIN IF NOT {_there(role)} THEN {create}; END IF; {ignored} END $$"


def _if_there(role: str, statement: str) -> str:
    return f"DO $$ BEGIN IF {_there(role)} THEN {statement}; END IF; END $$"


def _there(role: str) -> str:
    return f"EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}')"
