"""Lambda's entries beside the API: by the stack, by the clock, by the queue of upload events."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from api_lambda.dependencies import backstage
from shared import migrations
from shared.database import connect
from shared.settings import DatabaseSettings


class SweepIncomplete(Exception):
    """Something is left for the next sweep; Lambda counts it as an error of the function."""


def migrate(event: object, context: object) -> None:  # noqa: ARG001 - Lambda hands both in
    """Bring the database to the newest revision; the stack calls this before it changes code."""
    engine = connect(DatabaseSettings())
    try:
        migrations.upgrade(engine)
    finally:
        engine.dispose()


def sweep(event: object, context: object) -> dict[str, int]:  # noqa: ARG001 - as above
    """Push on what nobody moves, every minute; return what was done.

    Raises:
        SweepIncomplete: at the end, when a step could not be done.
    """
    swept = backstage().sweeper.sweep()
    if swept.errors:
        raise SweepIncomplete(f"errors: {swept.errors}")
    return asdict(swept)


def upload_events(event: Mapping[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - as above
    """Complete the uploads that S3 announced; name the messages that must come again."""
    again = backstage().upload_events.handle(event["Records"])
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in again]}
