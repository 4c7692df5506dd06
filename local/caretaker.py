"""What EventBridge and SQS do on AWS for our Lambda functions: `python -m local.caretaker`.

Every few seconds it calls the sweeper's entry, and in a thread of its own, since receivers may be
slow, the one that sends webhooks; it polls the queue of upload events, calls their
entry with what it got and deletes what the answer does not name.
"""

import signal
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import Field

from api_lambda import scheduled
from api_lambda.dependencies import backstage
from shared.aws import sqs_client
from shared.settings import QueueSettings, Settings
from shared.telemetry import logger

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

log = logger(__name__)

POLL_S = 1
"""It notices a signal only between two polls; here that is soon."""

AT_ONCE = 10
"""As many messages as one event holds unless Lambda is told otherwise."""

OUTAGE_PAUSE_S = 1.0


WEBHOOKS_EVERY_S = 2.0


class CaretakerSettings(Settings):
    """How busy the caretaker is."""

    sweep_every_s: float = Field(default=10.0, gt=0)


@dataclass(frozen=True, slots=True)
class Caretaker:
    """Calls the entries until it is told to stop."""

    client: "SQSClient"
    events_url: str
    sweep_every_s: float
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Poll and sweep; whatever an entry raises is logged, as Lambda does."""
        log.info("caretaker ready")
        next_sweep = time.monotonic() + self.sweep_every_s
        threading.Thread(target=self._send_webhooks, daemon=True, name="webhooks").start()
        while not self.stopping.is_set():
            self._deliver()
            if time.monotonic() >= next_sweep:
                next_sweep = time.monotonic() + self.sweep_every_s
                self._sweep()
        log.info("caretaker stopped")

    def _sweep(self) -> None:
        try:
            scheduled.sweep({}, None)
        except Exception:
            log.exception("sweep failed")

    def _send_webhooks(self) -> None:
        while not self.stopping.wait(WEBHOOKS_EVERY_S):
            try:
                scheduled.deliver_webhooks({}, None)
            except Exception:
                log.exception("webhooks failed")

    def _deliver(self) -> None:
        try:
            if messages := self._receive():
                self._settle(messages, scheduled.upload_events(self._event(messages), None))
        except (BotoCoreError, ClientError):
            log.warning("the queue of upload events is away")
            self.stopping.wait(OUTAGE_PAUSE_S)
        except Exception:
            log.exception("upload events failed")

    def _receive(self) -> "list[MessageTypeDef]":
        answer = self.client.receive_message(
            QueueUrl=self.events_url,
            MaxNumberOfMessages=AT_ONCE,
            WaitTimeSeconds=POLL_S,
            MessageSystemAttributeNames=["All"],
        )
        return answer.get("Messages", [])

    def _settle(self, messages: "list[MessageTypeDef]", answer: dict[str, Any]) -> None:
        again = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        for message in messages:
            if message["MessageId"] not in again:
                self.client.delete_message(
                    QueueUrl=self.events_url, ReceiptHandle=message["ReceiptHandle"]
                )

    def _event(self, messages: "list[MessageTypeDef]") -> dict[str, Any]:
        """Build the event that Lambda's event source mapping makes of SQS messages."""
        region, queue = self.client.meta.region_name, self.events_url.rsplit("/", 1)[-1]
        return {
            "Records": [
                {
                    "messageId": message["MessageId"],
                    "receiptHandle": message["ReceiptHandle"],
                    "body": message["Body"],
                    "attributes": message["Attributes"],
                    "messageAttributes": {},
                    "md5OfBody": message["MD5OfBody"],
                    "eventSource": "aws:sqs",
                    "eventSourceARN": f"arn:aws:sqs:{region}:123456789012:{queue}",
                    "awsRegion": region,
                }
                for message in messages
            ]
        }


def main() -> None:
    """Take care until a signal ends it."""
    queue = QueueSettings()
    if queue.sqs_upload_events_queue_url is None:
        raise SystemExit("SQS_UPLOAD_EVENTS_QUEUE_URL is not set.")
    caretaker = Caretaker(
        sqs_client(queue), queue.sqs_upload_events_queue_url, CaretakerSettings().sweep_every_s
    )
    backstage()  # as Lambda does: while it initialises, and it sets up the log
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: caretaker.stopping.set())
    caretaker.run()


if __name__ == "__main__":
    main()
