"""How tall the athlete stands in the picture, so that lengths can be said in heights and metres."""

from typing import TYPE_CHECKING

import numpy as np

from shared.results import Side

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shared.results import Metric
    from worker_service.pipeline.signals.motion import Motion

SEGMENTS_OF_HEIGHT = 0.779
"""Shank, thigh and trunk together: from ankle to shoulder, in standing heights (0.818 - 0.039 after
Drillis and Contini, as given by Winter, Biomechanics and Motor Control, figure 4.1)."""

NOSE_OF_HEIGHT = 7.0 / 8.0
"""The nose sits about an eighth below the crown."""

FULL_LENGTH_PERCENTILE = 90
"""A segment shows its length when it lies across the line of sight; this leaves out what jitter
makes longer still."""

HEIGHT_BAND = 0.05
"""One standard error of the standing height in pixels, as a share of it."""

HEIGHTS = "height"
"""The unit of a length in standing heights."""


def standing_px(part: "Motion") -> float:
    """Return the standing height in pixels; NaN if the athlete was never seen whole.

    The middle one of three answers: from trunk and left leg, from trunk and right leg, each at
    their longest, and from nose to foot at the most upright. So neither one misplaced leg nor a
    clip in which nobody stands upright decides. Take a part of the clip in which the distance
    from the camera hardly changes.
    """
    trunk = _longest(part.middle("shoulder") - part.middle("hip"))
    limbs = [(trunk + _leg(part, side)) / SEGMENTS_OF_HEIGHT for side in Side]
    return float(np.median([*limbs, _extent(part)]))


def in_metres(metric: "Metric", athlete_height_cm: float | None) -> "Metric":
    """Return a length in metres; as it is, in standing heights, when nobody knows how tall.

    The error of the standing height adds to the metric's own.
    """
    if athlete_height_cm is None or metric.unit != HEIGHTS:
        return metric
    height_m = athlete_height_cm / 100.0
    if metric.value is None:
        return metric.model_copy(update={"unit": "m"})
    metres = metric.value * height_m
    band = np.hypot((metric.error_band or 0.0) * height_m, HEIGHT_BAND * abs(metres))
    series = metric.series and metric.series.model_copy(
        update={"values": [_scaled(value, height_m) for value in metric.series.values]}
    )
    reference = metric.reference and metric.reference.model_copy(
        update={
            "low": _scaled(metric.reference.low, height_m),
            "high": _scaled(metric.reference.high, height_m),
        }
    )
    return metric.model_copy(
        update={
            "value": round(metres, 4),
            "unit": "m",
            "error_band": round(float(band), 4),
            "reference": reference,
            "series": series,
        }
    )


def _scaled(value: float | None, height_m: float) -> float | None:
    return None if value is None else round(value * height_m, 4)


def _leg(part: "Motion", side: Side) -> float:
    hip, knee, ankle = (part.point(f"{side}_{joint}") for joint in ("hip", "knee", "ankle"))
    return _longest(hip - knee) + _longest(knee - ankle)


def _extent(part: "Motion") -> float:
    """Nose to lower heel, and the crown that is missing above the nose."""
    heels = np.fmax(part.point("left_heel")[:, 1], part.point("right_heel")[:, 1])
    return _high(heels - part.point("nose")[:, 1]) / NOSE_OF_HEIGHT


def _longest(lines: "NDArray[np.float64]") -> float:
    return _high(np.linalg.norm(lines, axis=1))


def _high(lengths: "NDArray[np.float64]") -> float:
    known = lengths[np.isfinite(lengths)]
    return float(np.percentile(known, FULL_LENGTH_PERCENTILE)) if len(known) else float("nan")
