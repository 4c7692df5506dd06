"""Where everybody was at any time, by a coarse look at the clip."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from worker_service.pipeline.pose.sightings import Sightings

NEAR_S = 0.2
"""Longer before or after a sighting nobody can tell where somebody else was."""


class Path:
    """One person's sightings, joined by straight lines."""

    def __init__(self, sightings: Sightings, rows: NDArray[np.int64]) -> None:
        """Take the rows of one person, in order of time, at most one a picture."""
        self._t_s = sightings.t_s[sightings.picture[rows]]
        self._xy_px = sightings.xy_px[rows]

    def at(self, t_s: float) -> NDArray[np.floating]:
        """(33, 2) pixels at a time; before the first and after the last sighting as there."""
        after = int(np.searchsorted(self._t_s, t_s).clip(0, len(self._t_s) - 1))
        before = max(after - 1, 0)
        step_s = float(self._t_s[after] - self._t_s[before])
        share = np.clip((t_s - self._t_s[before]) / step_s, 0.0, 1.0) if step_s else 1.0
        return np.asarray((1 - share) * self._xy_px[before] + share * self._xy_px[after])

    def off_s(self, t_s: float) -> float:
        """Seconds to the nearest sighting."""
        return float(np.abs(self._t_s - t_s).min())

    def between(self, start_s: float, end_s: float) -> NDArray[np.floating]:
        """(k, 33, 2) pixels of the sightings from one time to another, both included."""
        return self._xy_px[(self._t_s >= start_s) & (self._t_s <= end_s)]


class Whereabouts:
    """The athlete's path and those of all others."""

    def __init__(
        self,
        sightings: Sightings,
        athlete: NDArray[np.int64],
        everyone: Sequence[NDArray[np.int64]],
    ) -> None:
        """Take rows of `sightings`; whoever shares none with the athlete is somebody else."""
        self.athlete = Path(sightings, athlete)
        self._others = [
            Path(sightings, rows) for rows in everyone if not np.isin(rows, athlete).any()
        ]

    def others_at(self, t_s: float) -> list[NDArray[np.floating]]:
        """(33, 2) pixels of everyone else who was there at this time."""
        return [path.at(t_s) for path in self._others if path.off_s(t_s) <= NEAR_S]
