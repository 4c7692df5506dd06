"""SQS: send, receive, extend, delete."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from shared.errors import QueueError
from shared.messages import JobMessage

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True, slots=True)
class Received:
    """A message in our hands until its visibility runs out."""

    body: str
    receipt: str
    message_id: str
    receive_count: int


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
        with _translated():
            answer = self._client.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=1,
                WaitTimeSeconds=wait_s,
                VisibilityTimeout=visibility_s,
                MessageSystemAttributeNames=["ApproximateReceiveCount"],
            )
        for message in answer.get("Messages", ()):
            return Received(
                body=message["Body"],
                receipt=message["ReceiptHandle"],
                message_id=message["MessageId"],
                receive_count=int(message["Attributes"]["ApproximateReceiveCount"]),
            )
        return None

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
