"""Lambda's entries beside the API: by the clock, by the queue of upload events."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Protocol

from api_lambda.dependencies import backstage
from shared.webhooks.limits import LEASE_S

ONE_ROUND_S = 1.0
"""Without Lambda's clock: what is due now, and what a quick receiver lets be sent after it."""


class Clock(Protocol):
    """Lambda's context, as far as we look at it."""

    def get_remaining_time_in_millis(self) -> int: ...


class SweepIncomplete(Exception):
    """Something is left for the next sweep; Lambda counts it as an error of the function."""


def sweep(event: object, context: object) -> dict[str, int]:  # noqa: ARG001 - Lambda hands both in
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


def deliver_webhooks(event: object, context: Clock | None) -> dict[str, int]:  # noqa: ARG001 - as above
    """Tell apps which jobs are over; called every minute, return what was done.

    While jobs of owners with webhooks are under way it goes on looking until the next call is
    due, so that apps hear within seconds. Without a context it does not wait for more. None is
    begun so shortly before Lambda ends the call that its try could not be noted.
    """
    for_s = ONE_ROUND_S
    if context is not None:
        for_s = context.get_remaining_time_in_millis() / 1000 - LEASE_S
    return asdict(backstage().webhooks.deliver(for_s=for_s))
