"""The dashboard in Prometheus' text format 0.0.4.

Everything is a gauge: it is read from the database and the queues at that moment, by whichever
process is asked.
"""

from collections.abc import Iterable, Iterator

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
        seen = self._dashboard
        yield _gauge(
            "coach_queue_messages",
            "Messages in a queue, by what they wait for.",
            ("queue", "state"),
            _messages(seen),
        )
        yield _gauge(
            "coach_queue_oldest_waiting_seconds",
            "How long the job has waited that waits longest for a worker; 0 when none does.",
            (),
            [((), seen.oldest_waiting_s or 0.0)],
        )
        yield _gauge(
            "coach_workers", "Workers heard of lately.", (), [((), float(len(seen.workers)))]
        )
        yield _gauge(
            "coach_workers_busy",
            "Workers with a job.",
            (),
            [((), float(sum(worker.job_id is not None for worker in seen.workers)))],
        )
        yield _gauge(
            "coach_jobs",
            "Jobs by where they stand.",
            ("status", "stage"),
            (((one.status, one.stage), float(one.count)) for one in seen.jobs),
        )
        yield _gauge(
            "coach_jobs_stuck",
            "Jobs that do not move, by reason; those shown to an operator at most.",
            ("reason",),
            _stuck(seen),
        )
        yield _gauge(
            "coach_jobs_last_hour",
            "Jobs that became final within the last hour.",
            ("status",),
            [
                (("completed",), float(seen.last_hour.completed)),
                (("failed",), float(seen.last_hour.failed)),
            ],
        )
        yield _gauge(
            "coach_job_failures_last_hour",
            "Jobs that failed within the last hour, by cause.",
            ("code",),
            (((one.code,), float(one.count)) for one in seen.failures),
        )
        yield _gauge(
            "coach_step_seconds",
            "How long a step took in the attempts completed within the last hour.",
            ("step", "quantile"),
            _step_seconds(seen),
        )
        yield _gauge(
            "coach_webhook_deliveries",
            "Webhook messages still to be taken, and those given up within the last hour.",
            ("status",),
            [
                (("pending",), float(seen.deliveries.pending)),
                (("failed",), float(seen.deliveries.failed_last_hour)),
            ],
        )


def _gauge(
    name: str, about: str, labels: tuple[str, ...], samples: Iterable[Sample]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, about, labels=labels)
    for values, number in samples:
        family.add_metric(values, number)
    return family


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
