"""The job queue, S3's announcements of uploads, and where each sets its dead letters aside."""

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.stage import Stage
from shared.settings import (
    DEAD_LETTER_RETENTION_S,
    JOB_RETENTION_S,
    MAX_RECEIVE_COUNT,
    RECEIVE_WAIT_S,
    UPLOAD_EVENT_RECEIVE_COUNT,
    UPLOAD_EVENT_VISIBILITY_S,
    VISIBILITY_TIMEOUT_S,
)

JOBS = "jobs"
UPLOAD_EVENTS = "upload-events"


class Queues(Construct):
    """Two queues, each with its dead-letter queue.

    They have names, `coach-plus-<stage>-jobs` and so on: a dead-letter queue lets in one queue
    only, and would otherwise need the address of one that needs its own. They go with the stack,
    also in production: a message only names a job, and the sweeper sends what is lost again.

    Attributes: `jobs`, `dead_letters`, `upload_events`, `upload_events_dead_letters`.
    """

    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage) -> None:
        super().__init__(scope, construct_id)
        self._stage = stage
        self.dead_letters = self._dead_letters("DeadLetters", of=JOBS)
        self.jobs = self._queue(
            "Jobs",
            name=JOBS,
            dead_letters=self.dead_letters,
            visibility_s=VISIBILITY_TIMEOUT_S,
            receive_count=MAX_RECEIVE_COUNT,
        )
        self.upload_events_dead_letters = self._dead_letters(
            "UploadEventsDeadLetters", of=UPLOAD_EVENTS
        )
        self.upload_events = self._queue(
            "UploadEvents",
            name=UPLOAD_EVENTS,
            dead_letters=self.upload_events_dead_letters,
            visibility_s=UPLOAD_EVENT_VISIBILITY_S,
            receive_count=UPLOAD_EVENT_RECEIVE_COUNT,
        )

    def _queue(
        self,
        construct_id: str,
        *,
        name: str,
        dead_letters: sqs.IQueue,
        visibility_s: int,
        receive_count: int,
    ) -> sqs.Queue:
        return sqs.Queue(
            self,
            construct_id,
            queue_name=self._full_name(name),
            visibility_timeout=Duration.seconds(visibility_s),
            retention_period=Duration.seconds(JOB_RETENTION_S),
            receive_message_wait_time=Duration.seconds(RECEIVE_WAIT_S),
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            removal_policy=RemovalPolicy.DESTROY,
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=dead_letters, max_receive_count=receive_count
            ),
        )

    def _dead_letters(self, construct_id: str, *, of: str) -> sqs.Queue:
        source = sqs.Queue.from_queue_arn(
            self,
            f"{construct_id}Source",
            Stack.of(self).format_arn(service="sqs", resource=self._full_name(of)),
        )
        return sqs.Queue(
            self,
            construct_id,
            queue_name=f"{self._full_name(of)}-dead-letters",
            retention_period=Duration.seconds(DEAD_LETTER_RETENTION_S),
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            removal_policy=RemovalPolicy.DESTROY,
            redrive_allow_policy=sqs.RedriveAllowPolicy(
                redrive_permission=sqs.RedrivePermission.BY_QUEUE, source_queues=[source]
            ),
        )

    def _full_name(self, name: str) -> str:
        return f"{self._stage.full_name}-{name}"
