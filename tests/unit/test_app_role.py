"""What the role may do as which API, backstage and workers log in."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from shared import migrations
from shared.database import connect, session_limits
from shared.job_store import JobStore
from shared.migrations.roles import AppRole, RoleOfSomebodyElse
from tests.builders import a_claimed_job
from tests.rig.rds import APP, OWNER, rds


@pytest.fixture(scope="module")
def deployed(databases):
    """A database of RDS that was migrated once."""
    with databases.own() as url, rds(url) as made:
        made.migrate()
        yield made


@pytest.fixture
def owner(deployed):
    engine = connect(deployed.as_owner)
    yield engine
    engine.dispose()


@pytest.fixture
def app(deployed):
    engine = connect(deployed.as_app())
    yield engine
    engine.dispose()


def answer(engine, query):
    with engine.connect() as connection:
        return connection.execute(text(query), {"app": APP}).scalar_one()


def test_the_app_works_on_rows(app):
    lease = a_claimed_job(app).lease
    JobStore(app).finish(lease, results={}, results_prefix="results/1/1/")
    assert JobStore(app).get(lease.job_id).status == "completed"
    assert migrations.at_head(app)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "CREATE TEMPORARY TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "ALTER TABLE players ADD COLUMN mine int",
        "DROP TABLE players",
        "TRUNCATE players",
        "UPDATE alembic_version SET version_num = '0001'",
        "SELECT * FROM pg_authid",
        "CREATE ROLE mine",
        f"SET ROLE {OWNER}",
        "COPY players TO PROGRAM 'true'",
    ],
)
def test_the_app_may_do_nothing_else(app, statement):
    with app.connect() as connection, pytest.raises(ProgrammingError, match="InsufficientPriv"):
        connection.execute(text(statement))


def test_iam_lets_the_app_in_and_it_is_nobody_special(owner):
    assert answer(
        owner,
        """
        SELECT rolcanlogin AND pg_has_role(:app, 'rds_iam', 'member') AND NOT (
            rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls)
        FROM pg_roles WHERE rolname = :app
        """,
    )


def test_a_table_of_a_later_migration_is_the_apps_too(owner, app):
    with owner.begin() as connection:
        connection.execute(text("CREATE TABLE later (id serial, name text)"))
    with app.begin() as connection:
        connection.execute(text("INSERT INTO later (name) VALUES ('new')"))
        connection.execute(text("UPDATE later SET name = 'newer'"))
        assert connection.execute(text("DELETE FROM later RETURNING name")).all() == [("newer",)]


def test_sessions_of_the_app_have_their_limits_from_its_role(deployed, owner):
    """For behind a proxy a connection brings none."""
    kept = answer(
        owner,
        "SELECT setconfig FROM pg_db_role_setting WHERE setrole = CAST(:app AS text)::regrole",
    )
    limits = session_limits(deployed.as_owner)
    assert sorted(kept) == sorted(f"{name}={limit}" for name, limit in limits.items())


def test_deploying_thrice_at_once_is_as_deploying_once(deployed, owner):
    before = answer(owner, RIGHTS)
    with ThreadPoolExecutor(3) as deploying:
        list(deploying.map(lambda _: deployed.migrate(), range(3)))
    assert answer(owner, RIGHTS) == before
    assert APP in before


RIGHTS = """
SELECT string_agg(relname || relacl::text, ' ' ORDER BY relname)
FROM pg_class WHERE relnamespace = 'public'::regnamespace
"""


def test_a_table_of_somebody_else_is_left_alone(deployed, owner, app):
    """Such as an extension's, or what an administrator noted down."""
    deployed.do("CREATE TABLE public.notes (note serial)")
    try:
        deployed.migrate()
        with app.connect() as connection, pytest.raises(ProgrammingError, match="InsufficientPriv"):
            connection.execute(text("SELECT * FROM notes"))
    finally:
        deployed.do("DROP TABLE public.notes")


def test_a_role_of_somebody_else_is_a_sentence(deployed, owner):
    """The owner may not change it since PostgreSQL 16; before, who may make roles could."""
    deployed.do("CREATE ROLE theirs LOGIN", f"ALTER ROLE {OWNER} NOCREATEROLE")
    role = AppRole("theirs", {"lock_timeout": "1s"})
    try:
        with pytest.raises(RoleOfSomebodyElse) as refused:
            migrations.upgrade(owner, app_role=role)
        assert str(refused.value) == (
            "Role theirs was made by somebody else. Have them run: "
            "GRANT theirs TO coach_owner WITH ADMIN OPTION."
        )
        deployed.do(f"GRANT theirs TO {OWNER} WITH ADMIN OPTION", f"ALTER ROLE {OWNER} CREATEROLE")
        migrations.upgrade(owner, app_role=role)
    finally:
        again = f"ALTER ROLE {OWNER} CREATEROLE"
        deployed.do(again, "DROP OWNED BY theirs CASCADE", "DROP ROLE theirs")
