"""What may be praised: only what is clearly on the good side of everything it is held against."""

from typing import TYPE_CHECKING

from worker_service.pipeline.findings.rulebook import rules_for
from worker_service.pipeline.metrics.table import MetricSpec, metric_specs
from worker_service.pipeline.report.wording import measured

if TYPE_CHECKING:
    from shared.results import Findings, Metric, Movement, Reference
    from worker_service.pipeline.findings.rulebook import Rule
    from worker_service.pipeline.metrics import Measurement

STRONG_SCORE = 0.8
STRONG_CONFIDENCE = 0.6
"""Praise needs a good value that was measured well."""


def strengths(
    measurement: "Measurement", findings: "Findings", movement: "Movement"
) -> dict[str, str]:
    """Return the praise of an adult by metric."""
    faulty = {finding.metric for finding in findings.findings}
    rules = [
        rule for rule in rules_for(movement) if rule.holds_for(measurement.exercise, adult=True)
    ]
    return {
        key: spec.strength.format(value=measured(spec, measurement.metrics[key]))
        for key, spec in metric_specs(movement).items()
        if spec.strength
        and key not in faulty
        and is_strong(
            spec, measurement.metrics[key], [rule for rule in rules if rule.metric == key]
        )
    }


def is_strong(spec: MetricSpec, metric: "Metric", limits: "list[Rule]") -> bool:
    """Tell whether a value is good beyond doubt.

    That is: scored high, measured well, at least one error band on the good side of every limit
    and of what the praise claims, and inside the published range where there is one.
    """
    if metric.value is None or (metric.score or 0.0) < STRONG_SCORE:
        return False
    return (
        (metric.confidence or 0.0) >= STRONG_CONFIDENCE
        and all(-limit.beyond(metric.value) >= limit.band(metric) for limit in limits)
        and _is_past(spec, metric.value, metric.error_band or 0.0)
        and _is_inside(metric.reference, metric.value)
    )


def _is_past(spec: MetricSpec, value: float, band: float) -> bool:
    """Tell whether a value lies an error band beyond what its praise claims."""
    if spec.praised_past is None:
        return True
    way = 1.0 if (spec.one or 0.0) > (spec.zero or 0.0) else -1.0
    return way * (value - spec.praised_past) >= band


def _is_inside(reference: "Reference | None", value: float) -> bool:
    if reference is None:
        return True
    low = float("-inf") if reference.low is None else reference.low
    high = float("inf") if reference.high is None else reference.high
    return low <= value <= high
