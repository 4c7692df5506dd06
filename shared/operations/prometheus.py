"""The dashboard in Prometheus' text format 0.0.4.

Everything is a gauge: it is read from the database and the queues at that moment, by whichever
process is asked.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from shared.operations.dashboard import Dashboard
from shared.operations.overview import QueueFacts

Sample = tuple[tuple[str, ...], float]


def exposition(dashboard: Dashboard) -> bytes:
    """Write every number of the dashboard."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Seen(dashboard))
    return generate_latest(registry)


class _Seen(Collector):
    def __init__(self, dashboard: Dashboard) -> None:
        self._dashboard = dashboard

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for gauge in GAUGES:
            family = GaugeMetricFamily(gauge.name, gauge.about, labels=gauge.labels)
            for values, number in gauge.samples(self._dashboard):
                family.add_metric(values, number)
            yield family


def _messages(seen: Dashboard) -> Iterator[Sample]:
    queues: dict[str, QueueFacts | None] = {"jobs": seen.queue, "upload_events": seen.upload_events}
    for queue, facts in queues.items():
        if facts is not None:
            for state, count in facts:
                yield (queue, state), float(count)
    if seen.dead_letters is not None:
        yield ("dead_letters", "waiting"), float(seen.dead_letters)


def _stuck(seen: Dashboard) -> Iterator[Sample]:
    reasons = [job.reason for job in seen.stuck]
    for reason in sorted(set(reasons)):
        yield (reason,), float(reasons.count(reason))


def _step_seconds(seen: Dashboard) -> Iterator[Sample]:
    for one in seen.step_times:
        yield (one.step, "0.5"), one.p50_s
        yield (one.step, "0.95"), one.p95_s


def _finished(seen: Dashboard) -> Iterator[Sample]:
    yield ("completed",), float(seen.last_hour.completed)
    yield ("failed",), float(seen.last_hour.failed)


def _deliveries(seen: Dashboard) -> Iterator[Sample]:
    yield ("pending",), float(seen.deliveries.pending)
    yield ("failed",), float(seen.deliveries.failed_last_hour)


class _Gauge(NamedTuple):
    name: str
    about: str
    labels: tuple[str, ...]
    samples: Callable[[Dashboard], Iterable[Sample]]


GAUGES = (
    _Gauge(
        "coach_queue_messages",
        "Messages in a queue, by what they wait for.",
        ("queue", "state"),
        _messages,
    ),
    _Gauge(
        "coach_queue_oldest_waiting_seconds",
        "How long the job has waited that waits longest for a worker; 0 when none does.",
        (),
        lambda seen: [((), seen.oldest_waiting_s or 0.0)],
    ),
    _Gauge(
        "coach_workers",
        "Workers heard of lately.",
        (),
        lambda seen: [((), float(len(seen.workers)))],
    ),
    _Gauge(
        "coach_workers_busy",
        "Workers with a job.",
        (),
        lambda seen: [((), float(sum(worker.job_id is not None for worker in seen.workers)))],
    ),
    _Gauge(
        "coach_jobs",
        "Jobs by where they stand.",
        ("status", "stage"),
        lambda seen: (((one.status, one.stage), float(one.count)) for one in seen.jobs),
    ),
    _Gauge(
        "coach_jobs_stuck",
        "Jobs that do not move, by reason; those shown to an operator at most.",
        ("reason",),
        _stuck,
    ),
    _Gauge(
        "coach_jobs_last_hour",
        "Jobs that became final within the last hour.",
        ("status",),
        _finished,
    ),
    _Gauge(
        "coach_job_failures_last_hour",
        "Jobs that failed within the last hour, by cause.",
        ("code",),
        lambda seen: (((one.code,), float(one.count)) for one in seen.failures),
    ),
    _Gauge(
        "coach_step_seconds",
        "How long a step took in the attempts completed within the last hour.",
        ("step", "quantile"),
        _step_seconds,
    ),
    _Gauge(
        "coach_webhook_deliveries",
        "Webhook messages still to be taken, and those given up within the last hour.",
        ("status",),
        _deliveries,
    ),
)
