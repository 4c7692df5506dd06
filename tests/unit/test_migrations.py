from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from shared import migrations
from shared.models import Base


def test_the_migrations_make_exactly_the_tables_of_the_models(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrating_again_changes_nothing(engine):
    migrations.upgrade(engine)
    assert migrations.at_head(engine)
