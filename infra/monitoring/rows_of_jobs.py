"""Rows of the dashboard about jobs: from the first word of an upload to a result."""

from aws_cdk.aws_cloudwatch import (
    IWidget,
    LogQueryVisualizationType,
    LogQueryWidget,
    SingleValueWidget,
    Stats,
)

from infra.logs import API, address_of
from infra.monitoring import limits
from infra.monitoring.panels import HEIGHT, THIRD, graph
from infra.monitoring.signals import (
    DESIRED,
    IN_HAND,
    OLDEST,
    RUNNING,
    WAITING,
    Signal,
    System,
    computed,
    of_queue,
    share,
)
from infra.own_metrics import Service
from infra.stage import Compute

STEPS = ("Pose", "Metrics", "Findings", "Report")


def funnel(system: System) -> list[IWidget]:
    """How many uploads become results."""
    ended: dict[str, Signal] = {
        "completed": system.ours(Service.WORKER, "JobsCompleted"),
        "attempts failed": system.ours(Service.WORKER, "AttemptsFailed"),
        "given up by the sweeper": computed(
            "failed + timed_out",
            failed=system.ours(Service.BACKSTAGE, "SweeperFailed"),
            timed_out=system.ours(Service.BACKSTAGE, "SweeperTimedOut"),
        ),
    }
    return [
        _uploads(system),
        graph("Jobs that ended", ended, unit="count"),
        SingleValueWidget(
            title="In the time shown",
            metrics=[line.with_(label=label) for label, line in ended.items()],
            set_period_to_time_range=True,
            width=THIRD,
            height=HEIGHT,
        ),
    ]


def queue(system: System) -> list[IWidget]:
    """How many jobs there are, and how many workers for them."""
    jobs = system.queues.jobs
    return [
        graph(
            "Oldest job",
            {"age": of_queue(jobs, OLDEST)},
            unit="seconds",
            limits=(limits.OLDEST_JOB_AGE,),
        ),
        graph(
            "Jobs",
            {
                "open": system.ours(Service.BACKSTAGE, "JobsOpen", Stats.MAXIMUM),
                "messages waiting": of_queue(jobs, WAITING),
                "messages in hand": of_queue(jobs, IN_HAND),
            },
            unit="count",
            limits=(limits.BACKLOG_WARNING, limits.BACKLOG_CRITICAL),
        ),
        graph(
            "Workers",
            {"wanted": system.of_tasks(DESIRED), "running": system.of_tasks(RUNNING)},
            unit="tasks",
        ),
    ]


def work(system: System) -> list[IWidget]:
    """How fast the work is."""
    steps = {step: system.ours(Service.WORKER, f"{step}Seconds", "p50") for step in STEPS}
    speed = {
        "half are faster": system.ours(Service.WORKER, "FramesPerSecond", "p50"),
        "nine of ten are faster": system.ours(Service.WORKER, "FramesPerSecond", "p10"),
    }
    return [
        graph("How long each step takes, half the jobs", {**steps}, unit="seconds"),
        graph("Pictures looked at a second", {**speed}, unit="pictures a second"),
        _device(system),
    ]


def workers(system: System) -> list[IWidget]:
    """How workers are."""
    return [
        graph(
            "Leases",
            {
                "heartbeats missed": system.ours(Service.WORKER, "HeartbeatsMissed"),
                "leases lost": system.ours(Service.WORKER, "LeasesLost"),
                "no task protection": system.ours(Service.WORKER, "ProtectionUnavailable"),
                "results used again": system.ours(Service.WORKER, "ResultsReused"),
            },
            unit="count",
        ),
        graph(
            "The busiest task",
            {
                "memory": system.of_task_use("MemoryUtilization"),
                "processor": system.of_task_use("CPUUtilization"),
            },
            unit="percent",
            limits=(limits.WORKER_MEMORY,),
        ),
        graph(
            "Set aside",
            {
                "jobs": of_queue(system.queues.dead_letters, WAITING),
                "upload events": of_queue(system.queues.upload_events_dead_letters, WAITING),
            },
            unit="messages",
        ),
    ]


def _uploads(system: System) -> IWidget:
    """No metric counts these: they are requests, and the API's log has those by route."""
    return LogQueryWidget(
        title="Uploads: asked for, and said to be there",
        log_group_names=[address_of(API, stage=system.stage)],
        query_lines=[
            'filter event = "request" and method = "POST" and status < 300',
            r"filter route like /\/upload(\/initiate|\/complete)?$/",
            (
                'fields strcontains(route, "/initiate") as initiated,'
                ' strcontains(route, "/complete") as completed'
            ),
            (
                "stats sum(initiated) as asked_for, sum(completed) as said_to_be_there,"
                " sum(1 - initiated - completed) as sent_in_one_call by bin(5m)"
            ),
        ],
        view=LogQueryVisualizationType.LINE,
        width=THIRD,
        height=HEIGHT,
    )


def _device(system: System) -> IWidget:
    if system.stage.workers is Compute.CPU:
        rendering = system.ours(Service.WORKER, "RenderingSeconds", "p50")
        return graph("How long a rendering takes", {"half": rendering}, unit="seconds")
    on_gpu = system.ours(Service.WORKER, "JobsOnGpu", Stats.AVERAGE)
    lost = system.ours(Service.WORKER, "GpuFallbacks")
    return graph(
        "Jobs on a GPU",
        {"share": share("on_gpu", on_gpu, whole=1), "GPUs lost": lost},
        unit="percent, count",
    )
