"""A pose track on the even clock of real seconds, smoothed as fits each part of the body."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from shared.results import Movement
from worker_service.pipeline.signals.even import even_clock, resample
from worker_service.pipeline.signals.known import median
from worker_service.pipeline.track import INDEX, LANDMARKS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from worker_service.pipeline.track import PoseTrack

TRUNK_HZ = 8.0
LEG_HZ = 10.0
ARM_HZ = 14.0


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """Low-pass limits for the parts of the body, in Hz."""

    trunk_hz: float
    leg_hz: float
    arm_hz: float


STRIKE = Cutoffs(TRUNK_HZ, LEG_HZ, ARM_HZ)
"""A delivery, a stroke or a jump turns the trunk and throws limbs; in running 6 Hz would bend the
knee at contact by up to 7 degrees (generated runner, without noise)."""

EXERCISE = Cutoffs(6.0, 6.0, 12.0)
"""6 Hz holds what the joints do in slow exercises (Winter, Biomechanics, 4th ed., 2.2.4), and
leaves a fifth less jitter in a squatting knee than 10 Hz."""

BY_MOVEMENT = {Movement.WORKOUT: EXERCISE}
"""Any other movement may hold a strike."""

_ARM = ("elbow", "wrist", "pinky", "index", "thumb")
_LEG = ("knee", "ankle", "heel", "foot")


def cutoff_hz(landmark: str, cutoffs: Cutoffs = STRIKE) -> float:
    """Return the low-pass limit for one landmark."""
    if any(part in landmark for part in _LEG):
        return cutoffs.leg_hz
    return cutoffs.arm_hz if any(part in landmark for part in _ARM) else cutoffs.trunk_hz


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """One athlete's landmarks on the even clock.

    Attributes:
        t_s: (m,) real seconds, `EVEN_HZ` a second.
        xy_px: (m, 33, 2) pixels of the upright picture, x right, y down; NaN where unknown.
        world_m: (m, 33, 3) metres from the middle of the hips; NaN where unknown.
    """

    t_s: "NDArray[np.float64]"
    xy_px: "NDArray[np.float64]"
    world_m: "NDArray[np.float64]"

    @classmethod
    def of(cls, track: "PoseTrack", cutoffs: Cutoffs = STRIKE) -> Self:
        """Resample and smooth every landmark of a track; inside its runs and at its own rates."""
        clock, breaks_s = even_clock(track.real_s), track.breaks_real_s
        xy_px, world_m = (np.empty((len(clock), len(LANDMARKS), axes)) for axes in (2, 3))
        for position, name in enumerate(LANDMARKS):
            limit = cutoff_hz(name, cutoffs)
            for samples, curves in ((track.xy_px, xy_px), (track.world_m, world_m)):
                at = samples[:, position]
                curves[:, position] = resample(
                    track.real_s, at, clock, cutoff_hz=limit, breaks_s=breaks_s
                )
        return cls(clock, xy_px, world_m)

    def __len__(self) -> int:
        """Return the number of even samples."""
        return len(self.t_s)

    def between(self, start_s: float, end_s: float) -> Self:
        """Return the part from one real second to another, both included."""
        first = int(np.searchsorted(self.t_s, start_s - 1e-9))
        part = slice(first, int(np.searchsorted(self.t_s, end_s + 1e-9, side="right")))
        return type(self)(self.t_s[part], self.xy_px[part], self.world_m[part])

    def point(self, name: str) -> "NDArray[np.float64]":
        """(m, 2) pixels of one landmark."""
        return np.asarray(self.xy_px[:, INDEX[name]])

    def middle(self, part: str) -> "NDArray[np.float64]":
        """(m, 2) pixels half-way between the left and the right of a part: `middle("hip")`."""
        return (self.point(f"left_{part}") + self.point(f"right_{part}")) / 2.0

    @property
    def torso_px(self) -> float:
        """Median length from the hips' middle to the shoulders' middle; NaN if never seen."""
        return median(np.linalg.norm(self.middle("shoulder") - self.middle("hip"), axis=1))
