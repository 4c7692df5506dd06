"""Which turns first in a swing, the pelvis or the shoulders, and by how long."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shared.results import Reason
from worker_service.pipeline.metrics.geometry import yaw_deg
from worker_service.pipeline.signals.derivatives import turn_rate_deg_s, unwrapped_deg
from worker_service.pipeline.signals.even import EVEN_HZ
from worker_service.pipeline.signals.moments import crest_at
from worker_service.pipeline.track import INDEX

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from worker_service.pipeline.signals.motion import Motion

LEAST_TURN_DEG = 25.0
"""Noise floor: jitter of a motionless person turns the hips' line by less."""

LEAST_RATE_DEG_S = 120.0
"""Noise floor: a swing turns the trunk at several hundred degrees a second."""

LONGEST_LAG_S = 0.25
"""Pelvis and shoulders of one swing do not peak further apart."""


@dataclass(frozen=True, slots=True)
class Separation:
    """Seconds from the pelvis' peak to the shoulders', positive when the pelvis leads."""

    lag_s: float
    shoulders_at_s: float


def separation(part: "Motion") -> Separation | Reason:
    """Compare the peaks of the two turn rates in the direction the shoulders turn."""
    pelvis, shoulders = _yaw(part, "hip"), _yaw(part, "shoulder")
    if not (np.isfinite(pelvis).all() and np.isfinite(shoulders).all()) or len(part) < 3:  # noqa: PLR2004
        return Reason.LANDMARKS_HIDDEN
    if min(_travel(pelvis), _travel(shoulders)) < LEAST_TURN_DEG:
        return Reason.NO_MOVEMENT
    rates = turn_rate_deg_s(pelvis), turn_rate_deg_s(shoulders)
    direction = np.sign(rates[1][np.abs(rates[1]).argmax()])
    if min(float((direction * rate).max()) for rate in rates) < LEAST_RATE_DEG_S:
        return Reason.NO_MOVEMENT
    pelvis_at_s, shoulders_at_s = (_crest_s(part, direction * rate) for rate in rates)
    lag_s = shoulders_at_s - pelvis_at_s
    if abs(lag_s) > LONGEST_LAG_S:
        return Reason.NOT_PLAUSIBLE
    return Separation(lag_s, shoulders_at_s)


def _crest_s(part: "Motion", rate: "NDArray[np.float64]") -> float:
    return float(part.t_s[0]) + crest_at(rate, int(rate.argmax())) / EVEN_HZ


def _yaw(part: "Motion", joint: str) -> "NDArray[np.float64]":
    left, right = INDEX[f"left_{joint}"], INDEX[f"right_{joint}"]
    return unwrapped_deg(yaw_deg(part.world_m[:, left], part.world_m[:, right]))


def _travel(angle: "NDArray[np.float64]") -> float:
    return float(angle.max() - angle.min())
