"""SQS: send, receive, extend, delete."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from shared.errors import QueueError
from shared.queue.messages import JobMessage

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True, slots=True)
class Received:
    """A message in our hands until its visibility runs out."""

    body: str
    receipt: str
    message_id: str
    receive_count: int
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Depth:
    """How many messages there are, as SQS counts them: approximately."""

    visible: int
    in_flight: int
    delayed: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.visible + self.in_flight + self.delayed


class JobQueue:
    """The job queue. Every method raises `QueueError` when SQS refuses or is away."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def send(self, message: JobMessage) -> str:
        """Put one message in; return its id."""
        with _translated():
            answer = self._client.send_message(
                QueueUrl=self._url, MessageBody=message.model_dump_json()
            )
        return answer["MessageId"]

    def receive(self, *, wait_s: int, visibility_s: int) -> Received | None:
        """Wait up to `wait_s` for one message and hide it for `visibility_s`."""
        received = self.receive_some(1, wait_s=wait_s, visibility_s=visibility_s)
        return received[0] if received else None

    def receive_some(self, most: int, *, wait_s: int, visibility_s: int) -> list[Received]:
        """Wait up to `wait_s` for up to `most` (at most 10) messages and hide them."""
        with _translated():
            answer = self._client.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=most,
                WaitTimeSeconds=wait_s,
                VisibilityTimeout=visibility_s,
                MessageSystemAttributeNames=["ApproximateReceiveCount", "SentTimestamp"],
            )
        return [
            Received(
                body=message["Body"],
                receipt=message["ReceiptHandle"],
                message_id=message["MessageId"],
                receive_count=int(message["Attributes"]["ApproximateReceiveCount"]),
                sent_at=datetime.fromtimestamp(
                    int(message["Attributes"]["SentTimestamp"]) / 1000, UTC
                ),
            )
            for message in answer.get("Messages", ())
        ]

    def extend(self, received: Received, *, visibility_s: int) -> None:
        """Hide the message for `visibility_s` from now on (it sets, it does not add)."""
        with _translated():
            self._client.change_message_visibility(
                QueueUrl=self._url,
                ReceiptHandle=received.receipt,
                VisibilityTimeout=visibility_s,
            )

    def delete(self, received: Received) -> None:
        """Take the message out for good."""
        with _translated():
            self._client.delete_message(QueueUrl=self._url, ReceiptHandle=received.receipt)

    def depth(self) -> Depth:
        """How many messages wait, are being worked on, or are not to be seen yet."""
        counts = self.attributes()
        return Depth(
            visible=int(counts["ApproximateNumberOfMessages"]),
            in_flight=int(counts["ApproximateNumberOfMessagesNotVisible"]),
            delayed=int(counts["ApproximateNumberOfMessagesDelayed"]),
        )

    def attributes(self) -> Mapping[str, str]:
        """Everything SQS says about the queue, by its own names."""
        with _translated():
            answer = self._client.get_queue_attributes(QueueUrl=self._url, AttributeNames=["All"])
        return {str(name): value for name, value in answer["Attributes"].items()}

    def check(self) -> None:
        """Raise unless the queue can be reached."""
        with _translated():
            self._client.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise QueueError from error
