"""Alarms about the API, as its callers see it: at the gateway."""

from aws_cdk.aws_cloudwatch import MathExpression

from infra.monitoring import limits
from infra.monitoring.alarms import Alarms
from infra.monitoring.signals import System, computed


def watch_api(alarms: Alarms, system: System) -> None:
    """Ring when requests fail or take long."""
    alarms.ring(limits.API_5XX, _failing(system))
    alarms.ring(limits.API_P99, _slow(system))


def _failing(system: System) -> MathExpression:
    """Answers of ours that are errors, in percent of all; 0 while they are few."""
    return computed(
        f"IF(errors >= {limits.LEAST_ERRORS}, 100 * errors / requests, 0)",
        errors=system.of_gateway("5xx"),
        requests=system.of_gateway("Count"),
    )


def _slow(system: System) -> MathExpression:
    """How long the slowest hundredth takes, in milliseconds; 0 while requests are few."""
    return computed(
        f"IF(requests >= {limits.LEAST_REQUESTS}, latency, 0)",
        latency=system.of_gateway("Latency", "p99"),
        requests=system.of_gateway("Count"),
    )
