import threading
import time

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from shared import migrations
from shared.job_store import JobStore
from shared.models import Base
from tests.builders import a_job


def test_the_migrations_make_exactly_the_tables_of_the_models(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


@pytest.mark.own_database
def test_jobs_of_before_may_show_the_players_of_their_session(engine):
    job_id = a_job(engine)
    with engine.begin() as connection:
        command.downgrade(migrations._config(connection), "0002")
    migrations.upgrade(engine)
    assert JobStore(engine).get(job_id).may_show == ["p-1"]


def test_migrating_again_changes_nothing(engine):
    migrations.upgrade(engine)
    assert migrations.at_head(engine)


@pytest.mark.own_database
def test_a_database_that_newer_code_has_migrated_is_left_as_it_is(engine):
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(migrations.DatabaseIsNewer, match="9999"):
        migrations.upgrade(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).all() == [
            ("9999",)
        ]


@pytest.mark.own_database
def test_a_migration_that_waits_too_long_is_called_off(engine):
    threads = threading.active_count()
    with engine.begin() as deploying:
        deploying.execute(text(f"SELECT pg_advisory_xact_lock({migrations._LOCK})"))
        began = time.monotonic()
        with pytest.raises(OperationalError, match="canceling statement"):
            migrations.upgrade(engine, within_s=0.2)
        assert 0.2 <= time.monotonic() - began < 5
    migrations.upgrade(engine, within_s=30)
    assert threading.active_count() == threads
