"""SQS in this process's memory, by a clock that tests turn: for thousands of calls a second.

Only what `JobQueue` asks of a client, and SQS's rules on it: visibility, receive counts, the
dead-letter queue after too many of them. `tests/unit/test_job_queue.py` holds it to moto's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from botocore.exceptions import ClientError

from shared.queue.job_queue import JobQueue

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass
class Clock:
    now_s: float = 0


@dataclass
class Message:
    body: str
    visible_at_s: float
    sent_at_s: float
    id: str = field(default_factory=lambda: str(uuid4()))
    receipt: str = ""
    received: int = 0


@dataclass
class FakeSqs:
    """One queue's client; the `QueueUrl` it is asked for does not matter."""

    clock: Clock
    dead_letters: "FakeSqs | None" = None
    max_receive_count: int = 4
    messages: list[Message] = field(default_factory=list)

    def send_message(self, *, QueueUrl: str, MessageBody: str) -> Mapping[str, Any]:  # noqa: N803 - boto3's
        self.messages.append(Message(MessageBody, self.clock.now_s, self.clock.now_s))
        return {"MessageId": self.messages[-1].id}

    def receive_message(
        self,
        *,
        QueueUrl: str,  # noqa: N803 - boto3's
        MaxNumberOfMessages: int,  # noqa: N803 - boto3's
        VisibilityTimeout: int,  # noqa: N803 - boto3's
        **_: object,
    ) -> Mapping[str, Any]:
        self._set_aside()
        taken = self._visible()[:MaxNumberOfMessages]
        for message in taken:
            message.visible_at_s = self.clock.now_s + VisibilityTimeout
            message.received += 1
            message.receipt = str(uuid4())
        return {"Messages": [_as_received(message) for message in taken]}

    def change_message_visibility(
        self,
        *,
        QueueUrl: str,  # noqa: N803 - boto3's
        ReceiptHandle: str,  # noqa: N803 - boto3's
        VisibilityTimeout: int,  # noqa: N803 - boto3's
    ) -> None:
        held = [message for message in self.messages if message.receipt == ReceiptHandle]
        if not held:
            raise ClientError({"Error": {"Code": "InvalidParameterValue"}}, "ChangeVisibility")
        held[0].visible_at_s = self.clock.now_s + VisibilityTimeout

    def delete_message(self, *, QueueUrl: str, ReceiptHandle: str) -> None:  # noqa: N803 - boto3's
        self.messages = [one for one in self.messages if one.receipt != ReceiptHandle]

    def get_queue_attributes(self, **_: object) -> Mapping[str, Any]:
        visible = len(self._visible())
        return {
            "Attributes": {
                "ApproximateNumberOfMessages": str(visible),
                "ApproximateNumberOfMessagesNotVisible": str(len(self.messages) - visible),
                "ApproximateNumberOfMessagesDelayed": "0",
            }
        }

    def _visible(self) -> list[Message]:
        return [one for one in self.messages if one.visible_at_s <= self.clock.now_s]

    def _set_aside(self) -> None:
        if self.dead_letters is None:
            return
        for message in self._visible():
            if message.received >= self.max_receive_count:
                self.messages.remove(message)
                self.dead_letters.messages.append(message)


def queue_of(client: FakeSqs) -> JobQueue:
    """The job queue on top of it."""
    return JobQueue(cast("SQSClient", client), "fake")


def _as_received(message: Message) -> Mapping[str, Any]:
    return {
        "Body": message.body,
        "MessageId": message.id,
        "ReceiptHandle": message.receipt,
        "Attributes": {
            "ApproximateReceiveCount": str(message.received),
            "SentTimestamp": str(int(message.sent_at_s * 1000)),
        },
    }
