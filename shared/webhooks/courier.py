"""Posting by a function outside of our network, which can reach strangers and nothing of ours."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from shared.telemetry import logger
from shared.webhooks.addresses import Target
from shared.webhooks.parcel import Parcel, heard
from shared.webhooks.post import Outcome, Trouble

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

log = logger(__name__)


class NotCarried(Exception):
    """The courier broke or answered nonsense; says no more than that, for it goes into the log."""


@dataclass(frozen=True, slots=True)
class Courier:
    """Hands each message to the function (`api_lambda/courier.py`) and waits for its answer."""

    client: "LambdaClient"
    function: str

    def send(self, target: Target, *, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """Try once; a courier that does not do its work is an outcome too."""
        try:
            return self._carried(Parcel(target, body, headers))
        except (ClientError, BotoCoreError, NotCarried) as error:
            log.warning("courier failed", reason=_reason(error))
            return Outcome(trouble=Trouble.INTERNAL)

    def _carried(self, parcel: Parcel) -> Outcome:
        answer = self.client.invoke(
            FunctionName=self.function,
            InvocationType="RequestResponse",
            Payload=json.dumps(parcel.packed()).encode(),
        )
        said = answer["Payload"].read()
        if "FunctionError" in answer:
            raise NotCarried(_error_type(said))
        try:
            return heard(json.loads(said))
        except (KeyError, TypeError, ValueError):
            raise NotCarried("unreadable answer") from None


def _error_type(said: bytes) -> str:
    """Of a function that broke, such as `Sandbox.Timedout`; its message may quote anything."""
    try:
        return str(json.loads(said)["errorType"])
    except (KeyError, TypeError, ValueError):
        return "unknown error"


def _reason(error: ClientError | BotoCoreError | NotCarried) -> str:
    """Lambda's code, or what went wrong on the way there."""
    if isinstance(error, ClientError):
        return str(error.response["Error"]["Code"])
    return str(error) if isinstance(error, NotCarried) else type(error).__name__
