"""The one stack of a stage: makes the constructs, hands each what it needs, says in which order."""

from dataclasses import dataclass

from aws_cdk import CfnOutput, Stack, Tags
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.api.api import Api
from infra.api.sign_in import SignIn
from infra.database.database import Database
from infra.environment import common
from infra.functions.backstage import Backstage
from infra.functions.functions import Functions
from infra.functions.migrations import Migrations
from infra.functions.operator import Operator
from infra.logs import Logs
from infra.media_bucket import MediaBucket
from infra.monitoring.monitoring import Monitoring
from infra.network import Network
from infra.queues import Queues
from infra.rights import accept_prefixes
from infra.stage import Stage
from infra.worker.service import WorkerService

WITHOUT_TAGS = ("AWS::RDS::DBProxyTargetGroup",)
"""Of which the library believes, and CloudFormation does not, that they take tags."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What processes stand on."""

    logs: Logs
    network: Network
    queues: Queues
    media: MediaBucket
    database: Database


@dataclass(frozen=True, slots=True)
class Processes:
    """What runs our code."""

    migrations: Migrations
    worker: WorkerService
    backstage: Backstage
    api: Api
    operator: Operator


class CoachPlusStack(Stack):
    """Everything of one stage."""

    def __init__(self, scope: Construct, stage: Stage, *, code: lambda_.Code) -> None:
        super().__init__(
            scope,
            stage.full_name,
            description=f"Coach Plus, stage {stage.name}",
            termination_protection=stage.protected,
        )
        self._stage = stage
        self._tag()
        ground = self._ground()
        sign_in = SignIn(self, "SignIn", stage=stage)
        processes = self._processes(ground, sign_in=sign_in, code=code)
        _put_in_order(ground, processes)
        Monitoring(
            self,
            "Monitoring",
            stage=stage,
            api=processes.api,
            backstage=processes.backstage,
            database=ground.database,
            migrations=processes.migrations,
            queues=ground.queues,
            worker=processes.worker,
        )
        self._put_out(ground, processes, sign_in)

    def _ground(self) -> Ground:
        stage = self._stage
        logs = Logs(self, "Logs", stage=stage)
        network = Network(self, "Network", stage=stage, logs=logs)
        queues = Queues(self, "Queues", stage=stage)
        media = MediaBucket(self, "Media", stage=stage, upload_events=queues.upload_events)
        network.let_through_to(media.bucket)
        accept_prefixes(media)
        database = Database(self, "Database", stage=stage, network=network)
        return Ground(logs, network, queues, media, database)

    def _processes(self, ground: Ground, *, sign_in: SignIn, code: lambda_.Code) -> Processes:
        logs, media, queues = ground.logs, ground.media, ground.queues
        environment = common(stage=self._stage, media=media, queues=queues)
        functions = Functions(
            self,
            "Functions",
            stage=self._stage,
            code=code,
            network=ground.network,
            database=ground.database,
            environment=environment,
        )
        return Processes(
            migrations=Migrations(self, "Migrations", functions=functions, logs=logs),
            worker=WorkerService(
                self,
                "Worker",
                stage=self._stage,
                network=ground.network,
                logs=logs,
                database=ground.database,
                media=media,
                queues=queues,
                environment=environment,
            ),
            backstage=Backstage(
                self, "Backstage", functions=functions, logs=logs, media=media, queues=queues
            ),
            api=Api(
                self,
                "Api",
                functions=functions,
                logs=logs,
                media=media,
                queues=queues,
                sign_in=sign_in,
            ),
            operator=Operator(
                self, "Operator", functions=functions, logs=logs, media=media, queues=queues
            ),
        )

    def _put_out(self, ground: Ground, processes: Processes, sign_in: SignIn) -> None:
        """What clients and operators have to know."""
        for name, value in {
            "ApiUrl": processes.api.url,
            "Issuer": sign_in.issuer,
            "Audience": sign_in.audience,
            "MediaBucket": ground.media.bucket.bucket_name,
            "AccessLogBucket": ground.media.access_log.bucket_name,
            "JobQueueUrl": ground.queues.jobs.queue_url,
            "DeadLetterQueueUrl": ground.queues.dead_letters.queue_url,
            "UploadEventsQueueUrl": ground.queues.upload_events.queue_url,
            "OperatorFunction": processes.operator.function.function_name,
        }.items():
            CfnOutput(self, name, value=value)

    def _tag(self) -> None:
        for name, value in {"product": "coach-plus", "stage": self._stage.name}.items():
            Tags.of(self).add(name, value, exclude_resource_types=list(WITHOUT_TAGS))


def _put_in_order(ground: Ground, processes: Processes) -> None:
    """Say what a deployment has to wait for, where no reference says it."""
    # Migrations need their way to the database, and out to where CloudFormation waits.
    processes.migrations.node.add_dependency(ground.network, ground.database)
    # New code finds the tables that it needs; a worker knows the jobs that a new API sends.
    for process in (processes.worker, processes.backstage, processes.operator):
        process.node.add_dependency(processes.migrations)
    processes.api.node.add_dependency(processes.worker)
