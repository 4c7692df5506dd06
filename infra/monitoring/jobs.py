"""Alarms about jobs: that they wait, fail, or need a person."""

from aws_cdk.aws_cloudwatch import MathExpression

from infra.monitoring import limits
from infra.monitoring.alarms import Alarms
from infra.monitoring.signals import OLDEST, WAITING, System, computed, of_queue
from infra.own_metrics import Service


def watch_jobs(alarms: Alarms, system: System) -> None:
    """Ring when jobs wait too long, are too many, fail or are set aside."""
    queues = system.queues
    alarms.ring(limits.OLDEST_JOB_AGE, of_queue(queues.jobs, OLDEST))
    alarms.ring(limits.BACKLOG_WARNING, of_queue(queues.jobs, WAITING))
    alarms.ring(limits.BACKLOG_CRITICAL, of_queue(queues.jobs, WAITING))
    alarms.ring(limits.DEAD_LETTERS, of_queue(queues.dead_letters, WAITING))
    alarms.ring(limits.JOB_FAILURE_RATIO, _failure_ratio(system))


def _failure_ratio(system: System) -> MathExpression:
    """Failed attempts in percent of all that ended; 0 while there are few."""
    return computed(
        f"IF(failed >= {limits.LEAST_FAILURES}, 100 * failed / (failed + completed), 0)",
        failed=system.ours(Service.WORKER, "AttemptsFailed"),
        completed=system.ours(Service.WORKER, "JobsCompleted"),
    )
