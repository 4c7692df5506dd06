"""The athlete's body at any moment of the video, in pixels of the rendition."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from worker_service.pipeline.pose import body
from worker_service.pipeline.track import INDEX, PoseTrack

BRIDGED_S = 0.25
"""Between samples that are further apart nobody knows where the body was."""

ON_SAMPLE_S = 0.0005
"""A picture so near to a sample is the one that was looked at."""

HELD_S = 0.05
"""So far beyond its neighbours a sample still stands for a picture: half a step at 10 a second."""

VISIBLE = 0.2
"""Landmarks that the model believes in less are guesses, which are not drawn."""


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """One picture's landmarks.

    Attributes:
        xy_px: (33, 2) pixels of the rendition; NaN where nothing is to be drawn.
        visibility: (33,) 0..1.
    """

    xy_px: NDArray[np.float64]
    visibility: NDArray[np.float64]

    def point(self, name: str) -> NDArray[np.float64]:
        """(2,) pixels of one landmark; NaN where missing."""
        return np.asarray(self.xy_px[INDEX[name]])

    def seen(self, *names: str) -> float:
        """The lowest visibility among landmarks; 0 where one is missing."""
        rows = [INDEX[name] for name in names]
        known = np.isfinite(self.xy_px[rows]).all()
        return float(self.visibility[rows].min()) if known else 0.0


class Bodies:
    """A track as a function of time: straight from sample to sample, missing where that is."""

    def __init__(self, track: PoseTrack, width: int, height: int) -> None:
        """Prepare for pictures of this size."""
        self._t_s = track.t_s
        self._xy_px = track.xy_px * [width / track.width_px, height / track.height_px]
        self._visibility = track.visibility

    @property
    def usual_length_px(self) -> float:
        """Trunk and leg in the middle of all pictures; infinite where never seen."""
        lengths = body.length(self._xy_px)
        known = lengths[np.isfinite(lengths)]
        return float(np.median(known)) if len(known) else float("inf")

    def at(self, t_s: float) -> Body | None:
        """Return the body at a moment; None where the athlete is not seen."""
        after = int(np.searchsorted(self._t_s, t_s - ON_SAMPLE_S))
        if after < len(self._t_s) and self._t_s[after] - t_s <= ON_SAMPLE_S:
            return self._drawn(self._xy_px[after], self._visibility[after])
        before = after - 1
        if before >= 0 and after < len(self._t_s):
            step_s = self._t_s[after] - self._t_s[before]
            if step_s <= BRIDGED_S:
                share = (t_s - self._t_s[before]) / step_s
                return self._drawn(
                    _between(self._xy_px[before], self._xy_px[after], share),
                    _between(self._visibility[before], self._visibility[after], share),
                )
        near = [row for row in (before, after) if 0 <= row < len(self._t_s)]
        nearest = min(near, key=lambda row: abs(self._t_s[row] - t_s), default=None)
        if nearest is None or abs(self._t_s[nearest] - t_s) > HELD_S:
            return None
        return self._drawn(self._xy_px[nearest], self._visibility[nearest])

    @staticmethod
    def _drawn(xy_px: NDArray[np.float64], visibility: NDArray[np.float64]) -> Body | None:
        shown = np.where((visibility >= VISIBLE)[:, None], xy_px, np.nan)
        return Body(shown, visibility) if np.isfinite(shown).any() else None


def _between(
    first: NDArray[np.float64], second: NDArray[np.float64], share: float
) -> NDArray[np.float64]:
    return first + share * (second - first)
