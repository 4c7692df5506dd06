"""When a foot meets the ground and when it leaves it, from the height of its lowest point.

Heights are taken from the sampled pictures themselves: a low-pass filter rounds off the corner that
is looked for. Only heights count, so it makes no difference whether the runner crosses the picture
or the belt of a treadmill moves, nor from where the camera looks.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

REACH_S = 0.04
"""How far from the first guess the corner is looked for."""

STEP_S = 0.001


@dataclass(frozen=True, slots=True)
class Corner:
    """The shape of a height around the moment it becomes, or stops being, that of the ground.

    Attributes:
        power: the height beside the corner grows with time to this power: 1 is a straight fall that
            stops dead, 2 a start from rest.
        ground_s, air_s: how much is looked at on either side.
    """

    power: float
    ground_s: float
    air_s: float


LANDING = Corner(power=1.1, ground_s=0.08, air_s=0.06)
"""A foot still falls when it lands, more slowly than before."""

LEAVING = Corner(power=1.5, ground_s=0.08, air_s=0.06)
"""The toe is at rest until it leaves and then rises more and more evenly. On generated runners the
powers leave at most 9 ms for any kind of strike; a line and a parabola are 20 ms late and early."""


def lands_s(
    t_s: "NDArray[np.float64]", height: "NDArray[np.float64]", near_s: float
) -> float | None:
    """Return when a falling height becomes level; None without pictures on both sides."""
    mirrored = _corner_s(-t_s[::-1], height[::-1], -near_s, LANDING)
    return None if mirrored is None else -mirrored


def leaves_s(
    t_s: "NDArray[np.float64]", height: "NDArray[np.float64]", near_s: float
) -> float | None:
    """Return when a level height begins to rise; None without pictures on both sides."""
    return _corner_s(t_s, height, near_s, LEAVING)


def _corner_s(
    t_s: "NDArray[np.float64]", height: "NDArray[np.float64]", near_s: float, corner: Corner
) -> float | None:
    """Return the corner of the level-then-rising curve that lies nearest to the samples."""
    begin_s, end_s = near_s - corner.ground_s - REACH_S, near_s + corner.air_s + REACH_S
    near = (t_s >= begin_s - 1e-6) & (t_s <= end_s + 1e-6) & np.isfinite(height)
    t, seen = t_s[near], height[near]
    if not _on_both_sides(t, near_s):
        return None
    corners_s = np.arange(near_s - REACH_S, near_s + REACH_S + STEP_S / 2, STEP_S)
    rise = np.clip(t - corners_s[:, None], 0.0, None) ** corner.power
    about_mean, seen_about_mean = rise - rise.mean(axis=1, keepdims=True), seen - seen.mean()
    spread = np.maximum((about_mean**2).sum(axis=1), 1e-12)
    slope = np.maximum(about_mean @ seen_about_mean / spread, 0.0)
    misfit = ((seen_about_mean - slope[:, None] * about_mean) ** 2).sum(axis=1)
    return float(corners_s[int(misfit.argmin())])


def _on_both_sides(t_s: "NDArray[np.float64]", near_s: float) -> bool:
    """Three pictures at least, one of them on either side of the corner."""
    enough = len(t_s) >= 3  # noqa: PLR2004 - a level and a slope leave nothing to fit with two
    return enough and bool(t_s[0] < near_s < t_s[-1])
