"""Metrics that our own code writes (`shared.telemetry.Metrics`), as CloudWatch knows them."""

from enum import StrEnum

from aws_cdk.aws_cloudwatch import Metric

from infra.stage import Stage
from shared.telemetry import METRIC_NAMESPACE


class Service(StrEnum):
    """Who writes a metric."""

    API = "api"
    BACKSTAGE = "backstage"
    WORKER = "worker"


def own_metric(service: Service, name: str, *, stage: Stage, statistic: str) -> Metric:
    """A metric of ours, of one stage."""
    return Metric(
        namespace=METRIC_NAMESPACE,
        metric_name=name,
        statistic=statistic,
        dimensions_map={"Service": service.value, "Stage": stage.name},
    )
