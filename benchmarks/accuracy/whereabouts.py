"""Where somebody is in a clip, roughly, and whether the athlete is that person."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from worker_service.pipeline.track import PoseTrack

NEAR_X, NEAR_Y = 0.13, 0.2
"""Fractions of the picture within which the hips are those of the person meant."""


@dataclass(frozen=True, slots=True)
class Path:
    """Somebody's hips over time, in fractions of the picture; straight between the moments."""

    t_s: tuple[float, ...]
    x: tuple[float, ...]
    y: tuple[float, ...]

    def at(self, t_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 2) place at these times."""
        return np.column_stack([np.interp(t_s, self.t_s, self.x), np.interp(t_s, self.t_s, self.y)])

    def covers(self, t_s: NDArray[np.float64]) -> NDArray[np.bool_]:
        """(n,) whether the person is there."""
        return np.asarray((t_s >= self.t_s[0]) & (t_s <= self.t_s[-1]))


def off_path(track: PoseTrack, path: Path) -> Iterator[float]:
    """Yield for every picture with an athlete whether that is somebody else."""
    hips = track.middle("left_hip", "right_hip") / [track.width_px, track.height_px]
    apart = np.abs(hips - path.at(track.t_s))
    elsewhere = (apart[:, 0] > NEAR_X) | (apart[:, 1] > NEAR_Y)
    rows = path.covers(track.t_s) & np.isfinite(hips[:, 0])
    yield from elsewhere[rows].astype(float)


def without(track: PoseTrack, path: Path) -> Iterator[float]:
    """Yield for every picture with the person whether no athlete was found in it."""
    yield from (~track.present)[path.covers(track.t_s)].astype(float)
