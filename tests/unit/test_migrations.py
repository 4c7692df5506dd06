import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

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
