"""How far from square a camera looks at the line of play, told by the feet around the action.

The line is measured in the model's metres, so it needs no length to compare with: feet that come
along it and feet that cross it differ in direction, not in size.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shared.results import Movement
from worker_service.pipeline.signals.even import EVEN_HZ
from worker_service.pipeline.signals.liveliness import overarm, paths_of, swing
from worker_service.pipeline.track import INDEX

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from worker_service.pipeline.track import PoseTrack

BEFORE_S, AFTER_S = 0.6, 0.1
"""The feet are looked at from so long before the arms are quickest to so long after: the delivery
stride with the step before it, or the stance and the front foot's stride."""

FEWEST_SAMPLES = round(0.1 * EVEN_HZ)
"""Fewer on the even clock show no direction."""

STILL_M = 0.02
"""Feet that get about by less have no direction."""


@dataclass(frozen=True, slots=True)
class LineOfPlay:
    """Where the feet went in the livelier half second of a clip.

    Attributes:
        off_square_deg: 0 across the picture to 90 along the line of sight.
        straightness: 1 where the feet keep to one line, 0 where they go any way.
        start_s, end_s: the real seconds that were looked at.
    """

    off_square_deg: float
    straightness: float
    start_s: float
    end_s: float


def line_of_play(track: "PoseTrack", movement: Movement) -> LineOfPlay | None:
    """Return the direction of a delivery's or a stroke's feet; None where they cannot tell.

    A bowler's feet pass each other along the line, as far apart sideways as the hips are wide,
    which is why only the change of the distance between them counts. A batter's stand on it.
    """
    apart = _ankles_apart_m(track)
    known = track.present & np.isfinite(apart).all(axis=1)
    if known.sum() < 2:  # noqa: PLR2004 - a change needs two samples
        return None
    paths = paths_of(track)
    bowls = movement is Movement.CRICKET_BOWLING
    arms = overarm(paths) if bowls else swing(paths)
    quickest_s = float(paths.t_s[int(np.nan_to_num(arms).argmax())])
    start_s, end_s = quickest_s - BEFORE_S, quickest_s + AFTER_S
    clock = paths.t_s[(paths.t_s >= start_s) & (paths.t_s <= end_s)]
    if len(clock) < FEWEST_SAMPLES:
        return None
    real_s = track.real_s[known]
    feet = np.stack([np.interp(clock, real_s, column) for column in apart[known].T], axis=1)
    scatter, direction = np.linalg.eigh(_spread(feet - feet.mean(axis=0) if bowls else feet))
    if scatter[1] <= STILL_M**2 * len(clock):
        return None
    across, along_sight = np.abs(direction[:, 1])
    return LineOfPlay(
        off_square_deg=float(np.degrees(np.arctan2(along_sight, across))),
        straightness=float(1.0 - max(scatter[0], 0.0) / scatter[1]),
        start_s=start_s,
        end_s=end_s,
    )


def _ankles_apart_m(track: "PoseTrack") -> "NDArray[np.float64]":
    """(n, 2) from the right to the left ankle: across the picture and away from the camera."""
    apart = track.world_m[:, INDEX["left_ankle"]] - track.world_m[:, INDEX["right_ankle"]]
    return np.asarray(apart[:, [0, 2]])


def _spread(points: "NDArray[np.float64]") -> "NDArray[np.float64]":
    return np.asarray(points.T @ points)
