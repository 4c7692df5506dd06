"""Alarms about workers: that there are none, too few, or that they are not well."""

from aws_cdk.aws_cloudwatch import MathExpression, Stats

from infra.monitoring import limits
from infra.monitoring.alarms import Alarms
from infra.monitoring.signals import (
    DESIRED,
    RUNNING,
    WAITING,
    System,
    computed,
    of_queue,
)
from infra.own_metrics import Service
from infra.stage import Compute


def watch_workers(alarms: Alarms, system: System) -> None:
    """Ring when tasks are missing, or those there are do not get on."""
    alarms.ring(limits.BACKLOG_WITHOUT_WORKERS, _jobs_without_workers(system))
    # Without a running task there is no measurement at all. That is as it should be only where
    # the last worker goes when there is nothing to do.
    always_some = system.stage.min_tasks > 0
    alarms.ring(limits.RUNNING_BELOW_DESIRED, _missing_tasks(system), silence_rings=always_some)
    alarms.ring(limits.HEARTBEATS_MISSED, system.ours(Service.WORKER, "HeartbeatsMissed"))
    alarms.ring(limits.LEASES_LOST, system.ours(Service.WORKER, "LeasesLost"))
    alarms.ring(limits.WORKER_MEMORY, system.of_task_use("MemoryUtilization"))
    if system.stage.workers is Compute.GPU:
        alarms.ring(limits.GPU_FALLBACK, _on_the_cpu(system))


def _jobs_without_workers(system: System) -> MathExpression:
    """Jobs that were there all the time while no task ran; 0 as soon as one does.

    Jobs come from two sources, since the queue's own metrics sleep when nobody uses it for hours.
    Tasks have no measurement while none runs, perhaps for weeks: `FILL` fills gaps, and adding
    `TIME_SERIES(0)` makes a measurement where there is not one to fill a gap between.

    0 stands in for tasks that were counted but not announced yet, too. The last count must not, for
    it would outlive the tasks. A measurement takes five minutes, and one count in these is enough:
    only counts that are later than that look like none, and the two measurements before have to
    agree.
    """
    return computed(
        "IF(FILL(running, 0) + TIME_SERIES(0) < 1, MAX([FILL(open, 0), FILL(waiting, 0)]), 0)",
        running=system.of_tasks(RUNNING),
        open=system.ours(Service.BACKSTAGE, "JobsOpen", Stats.MINIMUM),
        waiting=of_queue(system.queues.jobs, WAITING, Stats.MINIMUM),
    )


def _missing_tasks(system: System) -> MathExpression:
    """At the best moment of each measurement: a task that is being replaced is none."""
    return computed(
        "desired - running",
        desired=system.of_tasks(DESIRED, Stats.MINIMUM),
        running=system.of_tasks(RUNNING),
    )


def _on_the_cpu(system: System) -> MathExpression:
    """1 and more: a GPU was lost in the middle of a job, or a whole job went without."""
    return computed(
        "MAX([lost, 1 - on_gpu])",
        lost=system.ours(Service.WORKER, "GpuFallbacks"),
        on_gpu=system.ours(Service.WORKER, "JobsOnGpu", Stats.MINIMUM),
    )
