"""One person's landmarks, picture by picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from worker_service.pipeline.pose.sightings import COLUMNS, Sightings
from worker_service.pipeline.track import LANDMARKS, Origin, PoseTrack
from worker_service.pipeline.video.probe import VideoInfo


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """All pictures that were looked at, whether the person was found or not.

    Attributes:
        t_s, frame: (n,) of the pictures, strictly increasing.
        landmarks: (n, 33, 6) as in `Sightings`; NaN where the person was not found.
    """

    t_s: NDArray[np.float64]
    frame: NDArray[np.int64]
    landmarks: NDArray[np.float64]

    @classmethod
    def of(cls, sightings: Sightings, rows: NDArray[np.int64]) -> Self:
        """Lay one person's sightings, at most one a picture, out over all pictures."""
        landmarks = np.full((len(sightings.t_s), len(LANDMARKS), COLUMNS), np.nan)
        landmarks[sightings.picture[rows]] = sightings.landmarks[rows]
        return cls(sightings.t_s, sightings.frame, landmarks)

    def with_close_ups(self, close_ups: Sequence[Sightings]) -> Self:
        """Return these samples and every picture of the close-ups, which know one person each.

        Where both looked, the close-up holds; where it lost the person, these samples do.
        """
        closer = [type(self).of(seen, np.arange(len(seen.picture))) for seen in close_ups]
        looks = [self, *closer]
        frame, first = np.unique(np.concatenate([look.frame for look in looks]), return_index=True)
        landmarks = np.full((len(frame), len(LANDMARKS), COLUMNS), np.nan)
        for look in looks:
            found = np.isfinite(look.landmarks[:, 0, 0])
            landmarks[np.searchsorted(frame, look.frame[found])] = look.landmarks[found]
        t_s = np.concatenate([look.t_s for look in looks])[first]
        return type(self)(t_s, frame, landmarks)

    def track(
        self, info: VideoInfo, slow_motion_factor: float, breaks_s: tuple[float, ...] = ()
    ) -> PoseTrack:
        """Return the samples as the other steps know them."""
        found = np.isfinite(self.landmarks[:, :, 0])
        return PoseTrack(
            t_s=self.t_s,
            frame=self.frame,
            xy_px=self.landmarks[:, :, :2],
            visibility=np.nan_to_num(self.landmarks[:, :, 2]),
            world_m=self.landmarks[:, :, 3:],
            origin=np.where(found, Origin.DETECTED, Origin.MISSING).astype(np.uint8),
            width_px=info.width,
            height_px=info.height,
            slow_motion_factor=slow_motion_factor,
            breaks_s=breaks_s,
        )
