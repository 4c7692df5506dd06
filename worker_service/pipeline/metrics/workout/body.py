"""Heights and places of the body that any camera at body height sees alike.

A vertical distance is the same from the side, from the front and in between; an angle is not. So
repetitions are found, and exercises told apart, by heights; angles are only measured afterwards.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Self

import numpy as np
from scipy.interpolate import PchipInterpolator

from shared.results import Side
from worker_service.pipeline.signals.even import EVEN_HZ, even_clock
from worker_service.pipeline.signals.known import median
from worker_service.pipeline.signals.view import FRONTAL_SHOULDERS
from worker_service.pipeline.track import INDEX

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from worker_service.pipeline.track import PoseTrack

WHOLE_LENGTH = 90
"""Percentile of the seen length that counts as the whole: a trunk that folds looks shorter."""

BRIDGED_S = 0.5
"""The longest hole that cannot hide a whole repetition: a quick jumping jack takes 0.8 s. What is
measured at a moment inside is still missing."""

READ_FROM: dict[str, tuple[str, ...]] = {
    "hips_over_feet": ("hip", "ankle"),
    "shoulders_over_feet": ("shoulder", "ankle"),
    "shoulders_over_hips": ("shoulder", "hip"),
    "shoulders_over_hands": ("shoulder", "wrist"),
    "hands_over_shoulders": ("shoulder", "wrist"),
}
"""The parts that a driving height is read from."""


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """Curves of one clip on the even clock, in torso lengths; NaN where unknown for longer.

    They are drawn through the pictures without overshoot: a spline through noise on either side
    of a hole would swing out in it by more than a push-up is deep.

    Attributes:
        t_s: (m,) the even clock of real seconds.
        length_px: the torso's whole length; seen from the head or the feet, the shoulders tell it.
        curves: heights over something else, `…_height` and `…_place` in the picture (up and to
            the right), `…_uneven` between left and right, `…_apart` sideways.
    """

    track: "PoseTrack"
    t_s: "NDArray[np.float64]"
    length_px: float
    curves: "dict[str, NDArray[np.float64]]"

    @classmethod
    def of(cls, track: "PoseTrack") -> Self:
        """Read the heights of every picture and draw them on the even clock."""
        clock, length_px = even_clock(track.real_s), _length_px(track)
        curves = {
            name: _drawn(track.real_s, curve / length_px, clock, track.breaks_real_s)
            for name, curve in _heights(track).items()
        }
        return cls(track, clock, length_px, curves)

    def at(self, name: str, real_s: float) -> float:
        """Return a curve's value at a real second; NaN when it is unknown then."""
        return float(self.curves[name][int(np.abs(self.t_s - real_s).argmin())])

    def front_leg(self, real_s: float) -> Side | None:
        """Return the leg whose foot is ahead, as the toes point; None when that is unknown."""
        point = self.track.world_m[int(np.abs(self.track.real_s - real_s).argmin())]
        toes = sum(point[INDEX[f"{s}_foot_index"]] - point[INDEX[f"{s}_heel"]] for s in Side)
        apart = point[INDEX["left_ankle"]] - point[INDEX["right_ankle"]]
        ahead = float(apart[0] * toes[0] + apart[2] * toes[2])
        if not np.isfinite(ahead) or ahead == 0.0:
            return None
        return Side.LEFT if ahead > 0 else Side.RIGHT


def _heights(track: "PoseTrack") -> "dict[str, NDArray[np.float64]]":
    """Return the curves in pixels, one value a picture."""
    shoulders, hips, hands = (_height(track, part) for part in ("shoulder", "hip", "wrist"))
    feet = np.minimum(*(-track.point(f"{side}_ankle")[:, 1] for side in Side))
    return {
        "hips_over_feet": hips - feet,
        "shoulders_over_feet": shoulders - feet,
        "shoulders_over_hips": shoulders - hips,
        "shoulders_over_hands": shoulders - hands,
        "hands_over_shoulders": hands - shoulders,
        "hands_height": hands,
        "hips_height": hips,
        "feet_place": track.middle("left_ankle", "right_ankle")[:, 0],
        "feet_apart": np.abs(_between(track, "ankle")[:, 0]),
        "feet_uneven": np.abs(_between(track, "ankle")[:, 1]),
        "knees_uneven": np.abs(_between(track, "knee")[:, 1]),
        "hands_uneven": np.abs(_between(track, "wrist")[:, 1]),
    }


def _length_px(track: "PoseTrack") -> float:
    middles = (track.middle(f"left_{part}", f"right_{part}") for part in ("shoulder", "hip"))
    torso = np.linalg.norm(np.subtract(*middles), axis=1)
    known = torso[np.isfinite(torso)]
    if not len(known):
        return float("nan")
    shoulders = median(np.linalg.norm(_between(track, "shoulder"), axis=1)) / FRONTAL_SHOULDERS
    return max(float(np.percentile(known, WHOLE_LENGTH)), shoulders)


def _drawn(
    t_s: "NDArray[np.float64]",
    values: "NDArray[np.float64]",
    clock: "NDArray[np.float64]",
    breaks_s: tuple[float, ...],
) -> "NDArray[np.float64]":
    """Draw a curve through the known values, broken at cuts and where none is known for long."""
    drawn = np.full(len(clock), np.nan)
    known = np.isfinite(values)
    seen_s, seen = t_s[known], values[known]
    holes = np.flatnonzero(np.diff(seen_s) > BRIDGED_S) + 1
    cuts = np.searchsorted(seen_s, breaks_s)
    for first, last in pairwise(np.unique(np.r_[0, holes, cuts, len(seen_s)]).tolist()):
        if last - first > 1:
            inside = (clock >= seen_s[first] - 1e-9) & (clock <= seen_s[last - 1] + 1e-9)
            curve = PchipInterpolator(seen_s[first:last], seen[first:last])
            drawn[inside] = curve(clock[inside])
    for break_s in breaks_s:
        drawn[np.abs(clock - break_s) < 1.0 / EVEN_HZ] = np.nan
    return drawn


def _height(track: "PoseTrack", part: str) -> "NDArray[np.float64]":
    return -track.middle(f"left_{part}", f"right_{part}")[:, 1]


def _between(track: "PoseTrack", part: str) -> "NDArray[np.float64]":
    return np.asarray(track.point(f"left_{part}") - track.point(f"right_{part}"))
