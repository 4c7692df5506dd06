"""What a stage costs in a month for so many videos: arithmetic on the stage's own values."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from infra import prices
from infra.scaling import ScalingRule
from infra.stage import INSTANCE_DISK_GIB, TASK_DISK_GIB, ZONES, Compute, Stage
from shared.settings import RECEIVE_WAIT_S

FREE_DISK_GIB = 20
"""Of a Fargate task."""

MINUTES_A_MONTH = 60 * prices.HOURS_A_MONTH

FUNCTION_GIB, COURIER_GIB = 0.5, 0.25
"""Memory of sweeper and sender of webhooks, and of the courier."""

ROUND_S = 1.0
"""How long a call of the clock's takes when there is little to do: a sweep, a look at the webhooks.
An assumption, as is the second that the courier takes for a message."""

SENDING_S = 60.0
"""Of each minute in which jobs of owners with webhooks are under way: the sender stays."""

POLLERS = 5
"""Lambda asks the queue of upload events with so many at least ("Using Lambda with Amazon SQS",
AWS Lambda Developer Guide), around the clock and as patiently as our workers."""

SWEEPER_REQUESTS = 4
"""To SQS in one sweep: depths, and dead letters."""

VIDEO_REQUESTS, REQUEST_KB = 20, 2.0
"""To SQS for one video, and how much goes there and back in one. Assumptions."""

STORE_REQUESTS = 14
"""To S3 for one video: so many PUT and LIST, and as many GET and HEAD. An assumption."""

IMAGE_GB = 2.0
"""The workers' image in the registry."""

LOGS_GB = 2.0
"""Lines of a month without any video. An assumption."""

CLOCKED = 2
"""Functions that a clock calls every minute: sweeper and sender of webhooks."""

ENDPOINTS, ENDPOINTS_OF_INSTANCES = 5, 3
"""Ways to AWS's services without NAT: of every stage, and of instances besides."""

ALARM_METRICS, ALARM_METRICS_OF_INSTANCES = 48, 2
"""Metrics that alarms look at: of every stage, and of GPU workers besides."""

OWN_METRICS = 33
"""The runbook lists them."""

CONTAINER_INSIGHTS = 38
"""Of a cluster 13, of its service 15, of its task definition 10 ("Amazon ECS Container Insights
metrics", CloudWatch User Guide), by name and set of dimensions."""

INSTANCE_METRICS = 7
"""An instance with detailed monitoring is paid as so many (aws.amazon.com/cloudwatch/pricing)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How coaches use it. Guesses to begin with: put your own figures in.

    Attributes:
        video_mb: size of a video.
        requests: requests to the API for one video, polling included.
        request_s: how long the function works on one.
        results_mb: what is stored of an analysis: landmarks, stored pose, page and PDF.
        sent_mb: what an app loads of it.
        kept_months: how long videos lie where the stage sets no limit.
        busy_share: share of their time that workers have a job in hand; the rest is waiting,
            starting and going.
        logs_kb: lines that a video leaves in the logs.
        videos_a_coach: how many one coach sends in a month.
        webhook_share: share of videos whose owners have a webhook.
        under_way_s: from the request for an upload to the job's end.
        flow_kb: lines that a video leaves in the network's log.
        flow_gb: what stands there in a month without any video.
    """

    video_mb: float = 60
    requests: float = 40
    request_s: float = 0.05
    results_mb: float = 2
    sent_mb: float = 3
    kept_months: float = 12
    busy_share: float = 0.6
    logs_kb: float = 60
    videos_a_coach: float = 30
    webhook_share: float = 0.5
    under_way_s: float = 180
    flow_kb: float = 30
    flow_gb: float = 1


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the bill.

    Attributes:
        part: workers, database, ….
        what: what is paid for.
        amount: how much of it in a month.
        unit: of the amount.
        price: of one unit, in US dollars.
    """

    part: str
    what: str
    amount: float
    unit: str
    price: float

    @property
    def usd(self) -> float:
        return self.amount * self.price


@dataclass(frozen=True, slots=True)
class Fixed:
    """What the template has, whatever the number of videos.

    Attributes:
        endpoint_zones: interface endpoints, counted once for each zone that they are in.
        functions_a_minute: GB-seconds of sweeper and sender in a minute without a job.
        metrics: of our own, and those of Container Insights.
        alarm_metrics: metrics that alarms look at.
    """

    endpoint_zones: int
    functions_a_minute: float
    metrics: int
    alarm_metrics: int


def fixed(stage: Stage) -> Fixed:
    """Count what a stage's template has; a test holds this to the template."""
    on_instances = stage.workers is Compute.GPU
    endpoints = ENDPOINTS + (ENDPOINTS_OF_INSTANCES if on_instances else 0)
    zones = ZONES if stage.multi_az else 1
    return Fixed(
        endpoint_zones=0 if stage.nat else endpoints * zones,
        functions_a_minute=CLOCKED * ROUND_S * FUNCTION_GIB,
        metrics=OWN_METRICS + CONTAINER_INSIGHTS,
        alarm_metrics=ALARM_METRICS + (ALARM_METRICS_OF_INSTANCES if on_instances else 0),
    )


def bill(stage: Stage, videos: int, habits: Habits) -> list[Line]:
    """Return a month's bill, line by line."""
    return [
        *_workers(stage, videos, habits),
        *_database(stage),
        *_api(stage, videos, habits),
        *_storage(stage, videos, habits),
        *_network(stage, videos, habits),
        *_watching(stage, videos, habits),
    ]


def workers_needed(stage: Stage, videos: int, habits: Habits) -> float:
    """How many workers on average, if every hour of the month were the same."""
    return videos * stage.job_s / 3600 / habits.busy_share / prices.HOURS_A_MONTH


def too_few_workers(stage: Stage, videos: int, habits: Habits) -> bool:
    """Whether even `max_tasks` workers, always busy, could not do it."""
    return workers_needed(stage, videos, habits) > ScalingRule.of(stage).most


def worker_hour_usd(stage: Stage) -> float:
    """What one worker costs in an hour; of instances the first type, which is asked for first."""
    share = prices.SPOT_SHARE if stage.spot else 1.0
    if stage.workers is Compute.GPU:
        disk = INSTANCE_DISK_GIB * prices.DISK_GB_MONTH / prices.HOURS_A_MONTH
        return prices.of_instance(stage.gpu_instances[0]) * share + disk
    processors = stage.cpu_units / 1024 * prices.FARGATE_CPU_HOUR
    memory = stage.memory_mib / 1024 * prices.FARGATE_GB_HOUR
    more_disk = (TASK_DISK_GIB - FREE_DISK_GIB) * prices.FARGATE_STORAGE_GB_HOUR
    return (processors + memory) * share + more_disk


def worker_hours(stage: Stage, videos: int, habits: Habits) -> float:
    """In a month: those that are needed, and at least those that always run."""
    workers = max(stage.min_tasks, workers_needed(stage, videos, habits))
    return workers * prices.HOURS_A_MONTH


def sending_minutes(videos: int, habits: Habits) -> float:
    """Of a month's minutes, those in which a job with a webhook is under way.

    Videos come independently of each other, so there is none with the probability of a Poisson
    distribution.
    """
    at_once = videos * habits.webhook_share * habits.under_way_s / 60 / MINUTES_A_MONTH
    return MINUTES_A_MONTH * (1 - math.exp(-at_once))


def _workers(stage: Stage, videos: int, habits: Habits) -> Iterator[Line]:
    hours = worker_hours(stage, videos, habits)
    kind = stage.gpu_instances[0] if stage.workers is Compute.GPU else "Fargate task"
    name = f"{kind}, spot" if stage.spot else kind
    yield Line("workers", name, hours, "h", worker_hour_usd(stage))
    yield Line("workers", "image in the registry", IMAGE_GB, "GB-month", prices.IMAGE_GB_MONTH)


def _database(stage: Stage) -> Iterator[Line]:
    copies = 2 if stage.multi_az else 1
    name = f"db.{stage.database_instance}{', with a standby' if stage.multi_az else ''}"
    hour = prices.of_database(stage.database_instance) * copies
    yield Line("database", name, prices.HOURS_A_MONTH, "h", hour)
    storage = stage.database_storage_gib * copies
    yield Line("database", "storage", storage, "GB-month", prices.DATABASE_GB_MONTH)
    if stage.database_proxy:
        count = processors(stage.database_instance)
        hours = count * prices.HOURS_A_MONTH
        yield Line("database", f"proxy, {count} processors", hours, "h", prices.PROXY_CPU_HOUR)


def processors(instance: str) -> int:
    """Of a database instance, by its size ("Hardware specifications", Amazon RDS User Guide)."""
    size = instance.rpartition(".")[2]
    many, _, rest = size.partition("xlarge")
    return 2 if rest or "xlarge" not in size else 4 * int(many or 1)


def _api(stage: Stage, videos: int, habits: Habits) -> Iterator[Line]:
    requests = videos * habits.requests
    gib = stage.api_memory_mib / 1024
    messages = videos * habits.webhook_share
    yield Line("API", "requests at the gateway", requests, "", prices.HTTP_API_REQUEST)
    calls = requests + videos + messages + CLOCKED * MINUTES_A_MONTH
    yield Line("API", "calls of functions", calls, "", prices.CALL)
    yield Line(
        "API", "the API's time", requests * habits.request_s * gib, "GB-s", prices.LAMBDA_GB_S
    )
    idle = fixed(stage).functions_a_minute * MINUTES_A_MONTH
    yield Line("API", "sweeper and sender", idle, "GB-s", prices.LAMBDA_GB_S)
    longer = sending_minutes(videos, habits) * (SENDING_S - ROUND_S) * FUNCTION_GIB
    yield Line("API", "sender while jobs run", longer, "GB-s", prices.LAMBDA_GB_S)
    couriers = messages * ROUND_S * COURIER_GIB
    yield Line("API", "courier of webhooks", couriers, "GB-s", prices.LAMBDA_GB_S)
    if stage.issuer is None:
        coaches = videos / habits.videos_a_coach
        yield Line("API", "coaches in the user pool", coaches, "", prices.USER_MONTH)
    if stage.snap_start:
        kept = gib * prices.HOURS_A_MONTH * 3600
        yield Line("API", "snapshot", kept, "GB-s", prices.SNAPSHOT_GB_S)


def _storage(stage: Stage, videos: int, habits: Habits) -> Iterator[Line]:
    months = habits.kept_months if stage.video_days is None else stage.video_days / 30
    originals = videos * habits.video_mb / 1000 * months
    results = videos * habits.results_mb / 1000 * habits.kept_months
    yield Line(
        "storage", f"originals of {months:g} months", originals, "GB-month", prices.STORED_GB_MONTH
    )
    yield Line(
        "storage",
        f"results of {habits.kept_months:g} months",
        results,
        "GB-month",
        prices.STORED_GB_MONTH,
    )
    yield Line("storage", "PUT and LIST", videos * STORE_REQUESTS, "", prices.PUT)
    yield Line("storage", "GET and HEAD", videos * STORE_REQUESTS, "", prices.GET)
    yield Line("storage", "sent to apps", videos * habits.sent_mb / 1000, "GB", prices.SENT_OUT_GB)


def _network(stage: Stage, videos: int, habits: Habits) -> Iterator[Line]:
    """Videos and images do not count: they go by S3's own way, which is free."""
    gb = videos * habits.logs_kb / 1e6 + _queue_requests(stage, videos, habits) * REQUEST_KB / 1e6
    if stage.nat:
        hours = (ZONES if stage.multi_az else 1) * prices.HOURS_A_MONTH
        yield Line("network", "NAT gateway", hours, "h", prices.NAT_HOUR)
        yield Line("network", "its public address", hours, "h", prices.PUBLIC_ADDRESS_HOUR)
        yield Line("network", "through the gateway", gb, "GB", prices.NAT_GB)
    else:
        hours = fixed(stage).endpoint_zones * prices.HOURS_A_MONTH
        yield Line("network", "endpoints", hours, "h", prices.ENDPOINT_ZONE_HOUR)
        yield Line("network", "through the endpoints", gb, "GB", prices.ENDPOINT_GB)


def _queue_requests(stage: Stage, videos: int, habits: Habits) -> float:
    """To SQS: one at a time of each worker that runs and of Lambda, sweeps, and of each video."""
    waiting_hours = worker_hours(stage, videos, habits) + POLLERS * prices.HOURS_A_MONTH
    polls = waiting_hours * 3600 / RECEIVE_WAIT_S
    return polls + SWEEPER_REQUESTS * MINUTES_A_MONTH + videos * VIDEO_REQUESTS


def _watching(stage: Stage, videos: int, habits: Habits) -> Iterator[Line]:
    has = fixed(stage)
    requests = _queue_requests(stage, videos, habits)
    yield Line("watching", "requests to SQS", requests, "", prices.SQS_REQUEST)
    yield Line("watching", "logs", videos * habits.logs_kb / 1e6 + LOGS_GB, "GB", prices.LOG_GB)
    flows = videos * habits.flow_kb / 1e6 + habits.flow_gb
    yield Line("watching", "flow logs", flows, "GB", prices.LOG_GB)
    yield Line("watching", "metrics", has.metrics, "", prices.METRIC_MONTH)
    if stage.workers is Compute.GPU:
        instances = worker_hours(stage, videos, habits) / prices.HOURS_A_MONTH
        detailed = instances * INSTANCE_METRICS
        yield Line("watching", "metrics of instances", detailed, "", prices.METRIC_MONTH)
    yield Line("watching", "metrics of alarms", has.alarm_metrics, "", prices.ALARM_METRIC_MONTH)
    yield Line("watching", "dashboard", 1, "", prices.DASHBOARD_MONTH)
