"""What to film differently next time."""

from typing import TYPE_CHECKING

from shared.results import Movement, Quality, Reason, View
from worker_service.pipeline.metrics.table import metric_specs
from worker_service.pipeline.quality.questions import PLACES
from worker_service.pipeline.report.summary import moved_otherwise
from worker_service.pipeline.report.wording import listed, words

if TYPE_CHECKING:
    from worker_service.pipeline.metrics import Measurement

ON_PURPOSE = (View.SIDE, View.FRONT, View.REAR)
"""Where a camera is put on purpose; anywhere else it does not quite stand where it should."""

WORTH_A_CLIP = 3
"""A view that gave this many values was worth filming: what is missing asks for a second clip."""

EVERYTHING = "any measurement"


def retake_advice(quality: Quality, measurement: "Measurement", movement: Movement) -> list[str]:
    """Return what the checks advise, then what would bring back the missing metrics."""
    missing = _missing(measurement, movement)
    if any(check.id == "sample_rate" and not check.passed for check in quality.checks):
        missing.pop(Reason.SAMPLE_RATE_TOO_LOW, None)
    unseen = missing.pop(Reason.VIEW_UNSUITABLE, [])
    nothing = all(metric.value is None for metric in measurement.metrics.values())
    if not nothing:
        missing.pop(Reason.NO_MOVEMENT, None)  # a part that rested is no fault of the clip
    for_missing = [
        advice.format(what=EVERYTHING if nothing else _named(missing[reason], movement))
        for reason, advice in words().retake(movement).items()
        if reason in missing
    ]
    unnamed = words().unnamed.get(movement) if moved_otherwise(measurement) else None
    return [
        *_of_checks(quality, measurement),
        *([unnamed] if unnamed else []),
        *_other_views(unseen, movement),
        *for_missing,
    ]


def _of_checks(quality: Quality, measurement: "Measurement") -> list[str]:
    """Return the advice of the checks.

    To stand elsewhere is none for a camera that was put on purpose where it showed enough: the
    advice would send the coach to and fro between two places.
    """
    values = sum(metric.value is not None for metric in measurement.metrics.values())
    if quality.view.label not in ON_PURPOSE or values < WORTH_A_CLIP:
        return quality.retake_advice
    elsewhere = {place.advice for place in PLACES.values()}
    return [advice for advice in quality.retake_advice if advice not in elsewhere]


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
    places = words().stand(movement)
    by_view: dict[View, list[str]] = {}
    for key in unseen:
        fit = specs[key].fit
        by_view.setdefault(max(places, key=fit.__getitem__), []).append(key)
    return [
        f"For {_named(keys, movement)}: film a second clip {places[view]}."
        for view, keys in by_view.items()
    ]
