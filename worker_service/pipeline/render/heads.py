"""Where the athlete's head is, also between and a little beyond the pictures that show it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from worker_service.pipeline.pose import body
from worker_service.pipeline.track import INDEX, PoseTrack

FACE = slice(INDEX["nose"], INDEX["mouth_right"] + 1)
"""Nose, eyes, ears and mouth."""

REACH = 1.9
"""From the middle of the face to its outermost landmark, times this, is beyond hair and chin."""

OF_LENGTH = 0.11
"""A head's half height is at least this part of trunk and leg: seen from the side, the face's
landmarks lie close together."""

BRIDGED_S = 3.0
"""A head that was lost for no longer is taken to have moved straight on."""

HELD_S = 1.0
"""So long it stays covered where it was seen first or last."""

GROWTH_PER_S = 1.0
"""How much larger the covered part becomes with the time to the nearest sight of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """An upright or leaning ellipse: `half_height_px` lies along the neck, `lean_deg` clockwise."""

    x_px: float
    y_px: float
    half_height_px: float
    lean_deg: float


class Heads:
    """The head of a track as a function of time."""

    def __init__(self, track: PoseTrack, width: int, height: int) -> None:
        """Prepare for pictures of this size."""
        xy_px = track.xy_px * [width / track.width_px, height / track.height_px]
        known = np.isfinite(xy_px[:, FACE, 0]).any(axis=1)
        self._t_s, bodies = track.t_s[known], xy_px[known]
        self._breaks_s = np.array(track.breaks_s)
        faces = bodies[:, FACE]
        self._centre_px = np.nanmean(faces, axis=1).reshape(-1, 2)
        self._half_px = _half_height_px(bodies, self._centre_px)
        self._lean_deg = _lean_deg(bodies, self._centre_px)

    def at(self, t_s: float) -> Head | None:
        """Return the head at a moment; None where it has not been seen for long."""
        after = int(np.searchsorted(self._t_s, t_s))
        near = [row for row in (after - 1, after) if 0 <= row < len(self._t_s)]
        if not near:
            return None
        nearest = min(near, key=lambda row: abs(self._t_s[row] - t_s))
        away_s = abs(float(self._t_s[nearest]) - t_s)
        if len(near) == 2 and self._is_one_way(*near):  # noqa: PLR2004 - before and after
            share = (t_s - self._t_s[near[0]]) / (self._t_s[near[1]] - self._t_s[near[0]])
            centre = self._centre_px[near[0]] * (1 - share) + self._centre_px[near[1]] * share
            return self._covered(centre, nearest, away_s)
        return (
            self._covered(self._centre_px[nearest], nearest, away_s) if away_s <= HELD_S else None
        )

    def _is_one_way(self, before: int, after: int) -> bool:
        start_s, end_s = self._t_s[before], self._t_s[after]
        cut = ((self._breaks_s > start_s) & (self._breaks_s < end_s)).any()
        return bool(end_s - start_s <= BRIDGED_S and not cut)

    def _covered(self, centre: NDArray[np.float64], row: int, away_s: float) -> Head:
        half_px = float(self._half_px[row]) * (1.0 + GROWTH_PER_S * away_s)
        return Head(float(centre[0]), float(centre[1]), half_px, float(self._lean_deg[row]))


def _half_height_px(
    bodies: NDArray[np.float64], centre_px: NDArray[np.float64]
) -> NDArray[np.float64]:
    outermost = np.nanmax(np.linalg.norm(bodies[:, FACE] - centre_px[:, None], axis=-1), axis=1)
    return np.asarray(np.fmax(REACH * outermost, OF_LENGTH * body.length(bodies)))


def _lean_deg(bodies: NDArray[np.float64], centre_px: NDArray[np.float64]) -> NDArray[np.float64]:
    shoulders = [INDEX["left_shoulder"], INDEX["right_shoulder"]]
    neck = centre_px - bodies[:, shoulders].mean(axis=1)
    return np.asarray(np.nan_to_num(np.degrees(np.arctan2(neck[:, 0], -neck[:, 1]))))
