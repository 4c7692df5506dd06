"""What works without a coach: sweeper, upload events, webhooks."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra import rights
from infra.database.database import Login
from infra.functions.functions import Functions, role_of
from infra.logs import Logs
from infra.media_bucket import MediaBucket
from infra.queues import Queues
from shared.webhooks.limits import COURIER_LIMIT_S, LEASE_S

EVERY = Duration.minutes(1)

SWEEP_LIMIT = Duration.seconds(55)
"""A sweep is over when the next one comes."""

UPLOAD_EVENTS_LIMIT = Duration.seconds(30)
"""A sixth of the queue's visibility, as Lambda wants it (`UPLOAD_EVENT_VISIBILITY_S`)."""

SENDER_LIMIT = Duration.seconds(EVERY.to_seconds() + LEASE_S)
"""A minute of looking for messages, until the next call does, and the time to end the tries that
began. So two senders may be under way: each takes messages of its own."""

EVENTS_A_CALL = 10
READERS = 5
READERS_OF_A_SMALL_ACCOUNT = 2
"""The least that Lambda allows. Each holds a connection to the database."""

SENT_AT_ONCE = 8
SENT_AT_ONCE_BY_A_SMALL_ACCOUNT = 2
"""Each is a call of the courier, for as long as a slow receiver takes: two senders and their four
couriers leave the API and the sweeper four of ten calls."""


class Backstage(Construct):
    """Attributes: the functions `sweeper`, `upload_events`, `webhooks` and `courier`.

    The sender of webhooks is inside, where the database is. The courier is outside and calls
    strangers' addresses for it: it has no way to anything of ours.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        functions: Functions,
        logs: Logs,
        media: MediaBucket,
        queues: Queues,
    ) -> None:
        super().__init__(scope, construct_id)
        self._functions = functions
        self._logs = logs
        self.sweeper = self._sweeper()
        rights.SWEEPER.give(role_of(self.sweeper), media=media, queues=queues)
        self.upload_events = self._upload_events()
        rights.UPLOAD_EVENTS.give(role_of(self.upload_events), media=media, queues=queues)
        self._read(queues)
        self.courier = self._courier()
        self.webhooks = self._sender()
        rights.may_invoke(role_of(self.webhooks), self.courier.function_arn)

    def _sweeper(self) -> lambda_.Function:
        """Reserved, where the account has calls to spare, so that others cannot crowd it out."""
        sweeper = self._functions.inside(
            self,
            "Sweeper",
            entry="api_lambda.scheduled.sweep",
            login=Login.APP,
            log_group=self._logs.backstage,
            timeout=SWEEP_LIMIT,
            concurrency=None if self._small_account else 1,
        )
        self._call_every_minute(sweeper)
        return sweeper

    def _upload_events(self) -> lambda_.Function:
        return self._functions.inside(
            self,
            "UploadEvents",
            entry="api_lambda.scheduled.upload_events",
            login=Login.APP,
            log_group=self._logs.backstage,
            timeout=UPLOAD_EVENTS_LIMIT,
        )

    def _read(self, queues: Queues) -> None:
        """Have Lambda hand the queue's messages to the reader, and bring again what it names."""
        lambda_.EventSourceMapping(
            self,
            "UploadEventsMapping",
            target=self.upload_events,
            event_source_arn=queues.upload_events.queue_arn,
            batch_size=EVENTS_A_CALL,
            report_batch_item_failures=True,
            max_concurrency=READERS_OF_A_SMALL_ACCOUNT if self._small_account else READERS,
        )

    def _courier(self) -> lambda_.Function:
        return self._functions.outside(
            self,
            "Courier",
            entry="api_lambda.courier.post",
            log_group=self._logs.backstage,
            timeout=Duration.seconds(COURIER_LIMIT_S),
        )

    def _sender(self) -> lambda_.Function:
        sender = self._functions.inside(
            self,
            "Webhooks",
            entry="api_lambda.scheduled.deliver_webhooks",
            login=Login.APP,
            log_group=self._logs.backstage,
            timeout=SENDER_LIMIT,
            environment={
                "WEBHOOK_COURIER_FUNCTION": self.courier.function_name,
                "WEBHOOK_PARALLEL": str(
                    SENT_AT_ONCE_BY_A_SMALL_ACCOUNT if self._small_account else SENT_AT_ONCE
                ),
            },
        )
        self._call_every_minute(sender)
        return sender

    def _call_every_minute(self, function: lambda_.Function) -> None:
        """Without retries or dead letters: a minute later comes the next call, which does it all.

        Two services would retry: EventBridge what Lambda does not take, Lambda what failed.
        """
        function.configure_async_invoke(retry_attempts=0, max_event_age=EVERY)
        target = targets.LambdaFunction(function, retry_attempts=0, max_event_age=EVERY)
        schedule = events.Schedule.rate(EVERY)
        events.Rule(self, f"{function.node.id}Clock", schedule=schedule, targets=[target])

    @property
    def _small_account(self) -> bool:
        """A new account has ten calls at once, of which none may be reserved."""
        return self._functions.stage.api_concurrency is None
