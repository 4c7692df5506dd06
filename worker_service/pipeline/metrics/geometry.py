"""Angles and lengths in pixels of the upright picture, so that no aspect ratio can bend them."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def joint_angle_deg(
    first: "NDArray[np.float64]", joint: "NDArray[np.float64]", last: "NDArray[np.float64]"
) -> "NDArray[np.float64]":
    """Angle at a joint between two segments, (m, 2) points, 180 = straight; NaN where unknown."""
    one, other = first - joint, last - joint
    cross = one[..., 0] * other[..., 1] - one[..., 1] * other[..., 0]
    dot = (one * other).sum(axis=-1)
    known = np.isfinite(cross) & np.isfinite(dot)
    angle = np.degrees(np.arctan2(np.abs(cross), dot))
    return np.where(known, angle, np.nan)


def bend_deg(
    first: "NDArray[np.float64]", joint: "NDArray[np.float64]", last: "NDArray[np.float64]"
) -> "NDArray[np.float64]":
    """Signed turn from one segment into the next, (m, 2) points, 0 = straight; NaN where unknown.

    180 less its size is the joint's angle. Unlike that angle it has no fold at straight, so it may
    be averaged over time.
    """
    before, after = joint - first, last - joint
    cross = before[..., 0] * after[..., 1] - before[..., 1] * after[..., 0]
    return np.asarray(np.degrees(np.arctan2(cross, (before * after).sum(axis=-1))))


def lean_deg(lower: "NDArray[np.float64]", upper: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Signed angle of a line from the upright, positive towards the right of the picture."""
    line = upper - lower
    return np.asarray(np.degrees(np.arctan2(line[..., 0], -line[..., 1])))


def swing_deg(
    trunk_top: "NDArray[np.float64]",
    trunk_bottom: "NDArray[np.float64]",
    joint: "NDArray[np.float64]",
    limb_end: "NDArray[np.float64]",
) -> "NDArray[np.float64]":
    """Signed angle of a limb from the trunk's line pointing down, -180 to 180; unwrap before use.

    0 = limb along the trunk, positive towards the left of the picture when the trunk is upright.
    """
    trunk, limb = trunk_bottom - trunk_top, limb_end - joint
    cross = trunk[..., 0] * limb[..., 1] - trunk[..., 1] * limb[..., 0]
    return np.asarray(np.degrees(np.arctan2(cross, (trunk * limb).sum(axis=-1))))


def yaw_deg(left_m: "NDArray[np.float64]", right_m: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Turn about the vertical of the line from right to left, (m, 3) metres.

    0 = the athlete's chest faces the camera, 180 = the back does; unwrap before use.
    """
    line = left_m - right_m
    return np.asarray(np.degrees(np.arctan2(line[..., 2], line[..., 0])))
