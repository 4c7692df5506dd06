"""A database as RDS makes one: its owner is no superuser, and `rds_iam` lets people in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pydantic import SecretStr
from sqlalchemy import create_engine, make_url, text

from shared import migrations
from shared.database import connect, session_limits
from shared.migrations.roles import LET_IN_BY_IAM, AppRole
from shared.settings import DatabaseSettings

OWNER = "coach_owner"
APP = "coach_app"

_PASSWORD = "only-here"
"""There IAM lets in; here something else has to."""

_ROLES = (APP, OWNER, LET_IN_BY_IAM)


@dataclass(frozen=True, slots=True)
class Rds:
    """One empty database; `admin` is the URL of a superuser."""

    admin: str

    @property
    def as_owner(self) -> DatabaseSettings:
        """As whom the migrations log in."""
        return self._as(OWNER)

    def as_app(self) -> DatabaseSettings:
        """As whom everything else does, once it was migrated."""
        self.do(f"ALTER ROLE {APP} PASSWORD '{_PASSWORD}'")
        return self._as(APP)

    def migrate(self) -> None:
        """As a deployment does."""
        engine = connect(self.as_owner)
        try:
            migrations.upgrade(engine, app_role=AppRole(APP, session_limits(self.as_owner)))
        finally:
            engine.dispose()

    def do(self, *statements: str) -> None:
        """Have the superuser do something."""
        engine = create_engine(self.admin)
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()

    def _as(self, role: str) -> DatabaseSettings:
        url = make_url(self.admin).set(username=role, password=_PASSWORD)
        return DatabaseSettings(
            database_url=SecretStr(url.render_as_string(hide_password=False)), database_pool_size=1
        )


@contextmanager
def rds(url: str) -> Iterator[Rds]:
    """Make one of the database at `url`, which is to be dropped afterwards."""
    name, made = make_url(url).database, Rds(url)
    made.do(
        f"CREATE ROLE {LET_IN_BY_IAM} NOLOGIN",
        f"CREATE ROLE {OWNER} LOGIN CREATEROLE PASSWORD '{_PASSWORD}'",
        f"GRANT {LET_IN_BY_IAM} TO {OWNER} WITH ADMIN OPTION",
        f"ALTER DATABASE {name} OWNER TO {OWNER}",
        "DROP SCHEMA public CASCADE",
        "CREATE SCHEMA public AUTHORIZATION pg_database_owner",
        "GRANT CREATE, USAGE ON SCHEMA public TO PUBLIC",  # as before version 15
    )
    yield made
    made.do(
        f"ALTER DATABASE {name} OWNER TO CURRENT_USER",
        *(
            f"DO $$ BEGIN DROP OWNED BY {role} CASCADE; DROP ROLE {role}; "
            "EXCEPTION WHEN undefined_object THEN NULL; END $$"
            for role in _ROLES
        ),
    )
