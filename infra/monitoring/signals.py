"""Where each metric comes from: its namespace and its dimensions, once for alarms and dashboard."""

from dataclasses import dataclass

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from aws_cdk.aws_cloudwatch import MathExpression, Metric, Stats

from infra.api.api import Api
from infra.database.database import Database
from infra.functions.backstage import Backstage
from infra.functions.migrations import Migrations
from infra.own_metrics import Service, own_metric
from infra.queues import Queues
from infra.stage import Stage
from infra.worker.service import WorkerService

WAITING = "ApproximateNumberOfMessagesVisible"
IN_HAND = "ApproximateNumberOfMessagesNotVisible"
OLDEST = "ApproximateAgeOfOldestMessage"
RUNNING = "RunningTaskCount"
DESIRED = "DesiredTaskCount"

Signal = Metric | MathExpression


@dataclass(frozen=True, slots=True)
class System:
    """What is watched."""

    stage: Stage
    api: Api
    backstage: Backstage
    database: Database
    migrations: Migrations
    queues: Queues
    worker: WorkerService

    def ours(self, service: Service, name: str, statistic: str = Stats.SUM) -> Metric:
        """A metric that our own code writes."""
        return own_metric(service, name, stage=self.stage, statistic=statistic)

    def of_tasks(self, name: str, statistic: str = Stats.MAXIMUM) -> Metric:
        """Of the worker service, from Container Insights: nothing while no task runs."""
        return _metric("ECS/ContainerInsights", name, statistic, self._service)

    def of_task_use(self, name: str, statistic: str = Stats.MAXIMUM) -> Metric:
        """Of the worker service's use of what it has reserved, in percent."""
        return _metric("AWS/ECS", name, statistic, self._service)

    def of_gateway(self, name: str, statistic: str = Stats.SUM) -> Metric:
        dimensions = {"ApiId": self.api.http_api.api_id}
        return _metric("AWS/ApiGateway", name, statistic, dimensions)

    def of_database(self, name: str, statistic: str = Stats.AVERAGE) -> Metric:
        dimensions = {"DBInstanceIdentifier": self.database.instance_id}
        return _metric("AWS/RDS", name, statistic, dimensions)

    @property
    def functions(self) -> dict[str, lambda_.Function]:
        """Functions of ours by names that fit into expressions.

        All but the operator's, whose caller waits for the answer.
        """
        return {
            "api": self.api.function,
            "sweeper": self.backstage.sweeper,
            "uploads": self.backstage.upload_events,
            "webhooks": self.backstage.webhooks,
            "courier": self.backstage.courier,
            "migrations": self.migrations.function,
        }

    @property
    def _service(self) -> dict[str, str]:
        return {
            "ClusterName": self.worker.cluster.cluster_name,
            "ServiceName": self.worker.service.service_name,
        }


def of_queue(queue: sqs.IQueue, name: str, statistic: str = Stats.MAXIMUM) -> Metric:
    """Of a queue: nothing while it has not been used for hours."""
    return _metric("AWS/SQS", name, statistic, {"QueueName": queue.queue_name})


def of_function(function: lambda_.Function, name: str, statistic: str = Stats.SUM) -> Metric:
    """Of a function, all its versions together."""
    return _metric("AWS/Lambda", name, statistic, {"FunctionName": function.function_name})


def computed(expression: str, **metrics: Metric) -> MathExpression:
    """What metric math makes of several metrics.

    Operators, `MAX` and `SUM` over several metrics take a missing value for 0; where all are
    missing, so is the result ("Using math expressions with CloudWatch metrics", CloudWatch).
    """
    used: dict[str, cloudwatch.IMetric] = dict(metrics)
    return MathExpression(expression=expression, using_metrics=used)


def share(name: str, of: Metric, *, whole: int) -> MathExpression:
    """A metric in percent of `whole`, which has its unit; `name` is its own within a graph."""
    return computed(f"100 * {name} / {whole}", **{name: of})


def _metric(namespace: str, name: str, statistic: str, dimensions: dict[str, str]) -> Metric:
    return Metric(
        namespace=namespace, metric_name=name, statistic=statistic, dimensions_map=dimensions
    )
