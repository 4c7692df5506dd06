"""Head and hips over the feet, in any movement."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from worker_service.pipeline.signals.motion import Motion

HEAD = ("left_ear", "right_ear")
FEET = ("left_ankle", "right_ankle")


def head_over_feet(part: "Motion") -> "NDArray[np.float64]":
    """(m, 2) pixels from the feet's middle to the ears' middle.

    The ears, not the nose: batters turn the head with the ball (Mann 2013), which is no sway.
    """
    return part.middle("ear") - part.middle("ankle")


def hip_height_px(part: "Motion") -> "NDArray[np.float64]":
    """(m,) pixels from the lower ankle up to the hips' middle."""
    ground = np.maximum(part.point("left_ankle")[:, 1], part.point("right_ankle")[:, 1])
    return np.asarray(ground - part.middle("hip")[:, 1])


def base_offset(part: "Motion") -> "NDArray[np.float64]":
    """(m,) horizontal distance of hips' middle from feet's middle, in bases.

    A base is the stance's width or the torso's length, whichever is larger.
    """
    stance = np.abs(part.point("left_ankle") - part.point("right_ankle"))[:, 0]
    offset = np.abs(part.middle("hip") - part.middle("ankle"))[:, 0]
    return np.asarray(offset / np.maximum(stance, part.torso_px))
