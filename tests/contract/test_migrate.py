"""The custom resource's function, as CloudFormation calls it in the middle of a deployment."""

import json
from dataclasses import dataclass

import pytest
from alembic import command
from sqlalchemy import create_engine, text

from api_lambda.on_deploy import ANSWER_WITHIN_S, NotAnswered, migrate
from local.processes import free_port
from shared import migrations
from shared.database import connect
from shared.job_store import JobStore
from tests.builders import a_job
from tests.fakes.cloudformation import SIGNATURE, cloudformation
from tests.rig.logging_as_before import logging_as_before
from tests.rig.rds import APP, OWNER, rds


@dataclass(frozen=True)
class Clock:
    """Lambda's, with so many seconds left beyond what is kept back for the answer."""

    left_s: float = 60

    def get_remaining_time_in_millis(self) -> int:
        return round((self.left_s + ANSWER_WITHIN_S) * 1000)


@pytest.fixture(autouse=True)
def _logging_as_before():
    with logging_as_before():
        yield


@pytest.fixture
def asking():
    with cloudformation() as asking:
        yield asking


@pytest.fixture
def database(databases, monkeypatch):
    """A new one in RDS, of which the function is told."""
    with databases.own() as url, rds(url) as database:
        known_as = database.as_owner.database_url.get_secret_value()
        monkeypatch.setenv("DATABASE_URL", known_as)
        monkeypatch.setenv("DATABASE_APP_ROLE", APP)
        yield database


@pytest.fixture
def nowhere(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", f"postgresql+psycopg://x@127.0.0.1:{free_port()}/x")


def status(asking):
    (answer,) = asking.answers
    return answer["Status"]


def test_a_deployment_migrates_and_lets_the_app_in(asking, database):
    migrate(asking.asks("Create"), Clock())
    assert asking.answers == [
        {
            "Status": "SUCCESS",
            "Reason": "The database is at this version or a newer one.",
            "PhysicalResourceId": "migrations",
            "StackId": asking.asks("Create")["StackId"],
            "RequestId": "request-1",
            "LogicalResourceId": "MigrationsDone",
        }
    ]
    app = connect(database.as_app())
    assert migrations.at_head(app)
    assert JobStore(app).get(a_job(app)).status == "queued"
    app.dispose()


def test_a_role_of_somebody_else_is_told_to_who_deploys(asking, database):
    database.do(f"CREATE ROLE {APP} LOGIN", f"ALTER ROLE {OWNER} NOCREATEROLE")
    migrate(asking.asks("Create"), Clock())
    (answer,) = asking.answers
    assert answer["Status"] == "FAILED"
    assert "GRANT coach_app TO coach_owner WITH ADMIN OPTION" in answer["Reason"]


def test_the_next_deployment_keeps_what_is_there(asking, database):
    migrate(asking.asks("Create"), Clock())
    app = connect(database.as_app())
    job_id = a_job(app)
    migrate(asking.asks("Update", PhysicalResourceId="migrations"), Clock())
    assert [answer["PhysicalResourceId"] for answer in asking.answers] == ["migrations"] * 2
    assert JobStore(app).get(job_id).status == "queued"
    app.dispose()


def test_older_code_leaves_a_newer_database_alone_and_the_rollback_goes_on(
    asking, database, capsys
):
    database.migrate()
    database.do("UPDATE alembic_version SET version_num = '9999'", f"REVOKE rds_iam FROM {APP}")
    migrate(asking.asks("Update"), Clock())
    assert status(asking) == "SUCCESS"
    assert (
        '"revision": "9999", "event": "database is newer than the code"' in capsys.readouterr().out
    )
    admin = create_engine(database.admin)
    with admin.connect() as rows:
        let_in = rows.execute(text("SELECT pg_has_role(:app, 'rds_iam', 'member')"), {"app": APP})
        assert let_in.scalar_one() is False
    admin.dispose()


def test_a_removal_needs_no_database(asking, nowhere):
    migrate(asking.asks("Delete"), Clock())
    assert status(asking) == "SUCCESS"


def test_a_database_that_is_away_fails_the_deployment(asking, nowhere, capsys):
    migrate(asking.asks("Update"), Clock(left_s=0.5))
    (answer,) = asking.answers
    assert (answer["Status"], answer["Reason"]) == (
        "FAILED",
        "OperationalError: the database is as before; the log says more.",
    )
    assert '"event": "not migrated"' in capsys.readouterr().out


def test_what_postgresql_says_of_a_row_is_in_no_log_and_no_answer(asking, database, capsys):
    """Its words are: Key (name)=(Ella Geheim) already exists."""
    database.migrate()
    owner = connect(database.as_owner)
    with owner.begin() as connection:
        command.downgrade(migrations._config(connection), "-1")
        for statement in ONE_TOO_MANY:
            connection.execute(text(statement))
    owner.dispose()
    migrate(asking.asks("Update"), Clock())
    (answer,) = asking.answers
    assert (answer["Status"], answer["Reason"]) == (
        "FAILED",
        "UniqueViolation: the database is as before; the log says more.",
    )
    written = capsys.readouterr()
    assert "Geheim" not in written.out + written.err
    (line,) = (json.loads(line) for line in written.out.splitlines() if "not migrated" in line)
    known = {name: line[name] for name in ("kind", "sqlstate", "table", "constraint")}
    assert known == {
        "kind": "UniqueViolation",
        "sqlstate": "23505",
        "table": "kept",
        "constraint": "kept_name_key",
    }
    assert any("on_deploy.py" in frame for frame in line["frames"])


ONE_TOO_MANY = (
    "CREATE TABLE kept (name text UNIQUE)",
    "INSERT INTO kept VALUES ('Ella Geheim')",
    """
    CREATE FUNCTION again() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO kept VALUES ('Ella Geheim'); RETURN NULL; END $$
    """,
    "CREATE TRIGGER again AFTER UPDATE ON alembic_version EXECUTE FUNCTION again()",
)
"""As a migration that meets rows which its new rule does not allow."""


def test_settings_that_make_no_sense_fail_the_deployment(asking, monkeypatch, capsys):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("DATABASE_POOL_SIZE", "geheim")
    migrate(asking.asks("Create"), Clock())
    assert status(asking) == "FAILED"
    assert "geheim" not in capsys.readouterr().out


def test_a_migration_that_would_outlive_the_function_fails_the_deployment(asking, database):
    """Another one has the lock and does not end."""
    admin = create_engine(database.admin)
    with admin.begin() as other:
        other.execute(text(f"SELECT pg_advisory_xact_lock({migrations._LOCK})"))
        migrate(asking.asks("Update"), Clock(left_s=0.5))
    admin.dispose()
    assert asking.answers[0]["Reason"].startswith("QueryCanceled")


def test_an_answer_that_does_not_get_through_is_sent_again(asking, nowhere):
    asking.refuses = 1
    migrate(asking.asks("Delete"), Clock())
    assert status(asking) == "SUCCESS"


def test_who_cannot_answer_says_so_and_keeps_the_address_to_itself(asking, nowhere, capsys):
    asking.refuses = 3
    with pytest.raises(NotAnswered) as error:
        migrate(asking.asks("Delete"), Clock())
    assert asking.answers == []
    assert capsys.readouterr().out.count('"event": "not answered"') == 3
    assert (error.value.__cause__, error.value.__context__) == (None, None)


@pytest.mark.parametrize("request_type", ["Create", "Delete"])
def test_the_address_of_the_answer_is_in_no_log(
    asking, database, monkeypatch, capsys, request_type
):
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")
    asking.refuses = 1
    migrate(asking.asks(request_type), Clock())
    assert status(asking) == "SUCCESS"
    written = capsys.readouterr()
    assert "not answered" in written.out
    assert SIGNATURE not in written.out + written.err
