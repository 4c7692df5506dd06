"""What to film differently next time."""

from typing import TYPE_CHECKING

from shared.results import Movement, Quality, Reason, View
from worker_service.pipeline.metrics.table import metric_specs
from worker_service.pipeline.report.wording import listed, words

if TYPE_CHECKING:
    from worker_service.pipeline.metrics import Measurement

POSITIONS = (View.SIDE, View.FRONT, View.REAR)
"""Where a camera can be put on purpose; the first one wins where two show as much."""

EVERYTHING = "any measurement"


def retake_advice(quality: Quality, measurement: "Measurement", movement: Movement) -> list[str]:
    """Return what the checks advise, then what would bring back the missing metrics."""
    missing = _missing(measurement, movement)
    if any(check.id == "sample_rate" and not check.passed for check in quality.checks):
        missing.pop(Reason.SAMPLE_RATE_TOO_LOW, None)
    unseen = missing.pop(Reason.VIEW_UNSUITABLE, [])
    nothing = all(metric.value is None for metric in measurement.metrics.values())
    for_missing = [
        advice.format(what=EVERYTHING if nothing else _named(missing[reason], movement))
        for reason, advice in words().retake(movement).items()
        if reason in missing
    ]
    return [*quality.retake_advice, *_other_views(unseen, movement), *for_missing]


def _named(keys: list[str], movement: Movement) -> str:
    return listed([metric_specs(movement)[key].name for key in keys])


def _missing(measurement: "Measurement", movement: Movement) -> dict[Reason, list[str]]:
    """Return the missing metrics by reason.

    Where any movement will do, and for a metric that is silent about it, not to find an event is
    no fault of the clip.
    """
    specs = metric_specs(movement)
    missing: dict[Reason, list[str]] = {}
    for key, metric in measurement.metrics.items():
        optional = movement is Movement.GENERAL or specs[key].unfound == ""
        if metric.reason and not (optional and metric.reason is Reason.EVENT_NOT_FOUND):
            missing.setdefault(metric.reason, []).append(key)
    return missing


def _other_views(unseen: list[str], movement: Movement) -> list[str]:
    """Say from where a second clip would show what this one cannot."""
    specs = metric_specs(movement)
    by_view: dict[View, list[str]] = {}
    for key in unseen:
        fit = specs[key].fit
        by_view.setdefault(max(POSITIONS, key=fit.__getitem__), []).append(key)
    return [
        f"For {_named(keys, movement)}: film a second clip {words().stand(movement)[view]}."
        for view, keys in by_view.items()
    ]
