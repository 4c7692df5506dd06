"""Whether the pictures around a moment are close enough together in time.

A clip may be looked at in full only where it is quick, so its usual rate says nothing about a
moment.
"""

from typing import TYPE_CHECKING

import numpy as np

from worker_service.pipeline.metrics.scene import RATE_TOLERANCE
from worker_service.pipeline.metrics.sight import look

if TYPE_CHECKING:
    from worker_service.pipeline.track import PoseTrack

FEWEST_HZ = 12.0
"""Below, a downswing, the arm's way over the top or a runner's whole flight falls between two
pictures."""

FEET_HZ = 20.0
"""Below, no foot contact of a delivery is given: tracking at 15 a second, the pose model lags
behind the feet and puts front-foot contact up to four pictures of the 30 Hz source late (measured
on bowling_3)."""

QUICK_PART = 10
"""Per cent of the time steps that make up the quickest stretch of a clip."""

BEFORE_S = 0.3
"""A moment is reached through the pictures this long before it."""


def seen_at(track: "PoseTrack", at_s: float, least_hz: float) -> bool:
    """Tell whether enough pictures a second lead up to a moment."""
    rate_hz = look(track, ("left_hip", "right_hip"), at_s - BEFORE_S, at_s).rate_hz
    return rate_hz >= least_hz * RATE_TOLERANCE


def seen_anywhere(track: "PoseTrack", least_hz: float) -> bool:
    """Tell whether any stretch of the clip has enough pictures a second."""
    if len(track) < 2:  # noqa: PLR2004 - a rate needs two pictures
        return False
    step_s = float(np.percentile(np.diff(track.real_s), QUICK_PART))
    return 1.0 / step_s >= least_hz * RATE_TOLERANCE
