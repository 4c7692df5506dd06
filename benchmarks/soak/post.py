"""The job queue as it treats one job: promptly, late, or not at all."""

from typing import TYPE_CHECKING
from uuid import uuid4

from benchmarks.soak.fates import Fate, Way
from shared.errors import QueueError
from shared.queue.job_queue import JobQueue
from shared.queue.messages import JobMessage

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class Post(JobQueue):
    """A job queue whose `send` does what a fate says."""

    def __init__(self, client: "SQSClient", url: str, fate: Fate) -> None:
        super().__init__(client, url)
        self._fate = fate

    def send(self, message: JobMessage) -> str:
        """Send, send late, lose it and say nothing, or die before."""
        match self._fate.way:
            case Way.LOST:
                return str(uuid4())
            case Way.SENDER_DIED:
                raise QueueError
            case _:
                return self.send_later(message, self._fate.delay_s)

    def send_later(self, message: JobMessage, delay_s: int) -> str:
        """Put a message in that is not to be seen before `delay_s`."""
        return self._client.send_message(
            QueueUrl=self._url, MessageBody=message.model_dump_json(), DelaySeconds=delay_s
        )["MessageId"]
