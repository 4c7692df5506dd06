from api_lambda.scheduled import migrate
from shared import migrations


def test_migrating_again_changes_nothing(database_settings, engine, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", database_settings.database_url.get_secret_value())
    migrate({}, None)
    migrate({}, None)
    assert migrations.at_head(engine)
