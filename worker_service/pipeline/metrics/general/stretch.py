"""Readings over a whole stretch of movement."""

from typing import TYPE_CHECKING

import numpy as np

from worker_service.pipeline.metrics.scene import Reading, Window

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from worker_service.pipeline.signals.motion import Motion

SHOULDERS = ("left_shoulder", "right_shoulder")
HIPS = ("left_hip", "right_hip")
TRUNK = (*SHOULDERS, *HIPS)


def along(
    part: "Motion", curve: "NDArray[np.float64]", value: float, landmarks: tuple[str, ...]
) -> Reading:
    """A value over a whole stretch; the moment to look at is where the curve is highest."""
    known = np.flatnonzero(np.isfinite(curve))
    worst = int(known[curve[known].argmax()]) if len(known) else 0
    return Reading(
        value=value,
        landmarks=landmarks,
        window=Window(float(part.t_s[0]), float(part.t_s[-1])),
        at_s=float(part.t_s[worst]),
        curve_t_s=part.t_s,
        curve=curve,
    )
