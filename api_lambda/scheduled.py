"""Lambda's entries beside the API."""

from shared import migrations
from shared.database import connect
from shared.settings import DatabaseSettings


def migrate(event: object, context: object) -> None:  # noqa: ARG001 - Lambda hands both in
    """Bring the database to the newest revision; the stack calls this before it changes code."""
    engine = connect(DatabaseSettings())
    try:
        migrations.upgrade(engine)
    finally:
        engine.dispose()
