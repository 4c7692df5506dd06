"""What step 1 hands to the others: one athlete's landmarks over time. numpy only."""

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LANDMARKS: tuple[str, ...] = (
    "nose",
    "left_eye_inner",
    "left_eye",
    "left_eye_outer",
    "right_eye_inner",
    "right_eye",
    "right_eye_outer",
    "left_ear",
    "right_ear",
    "mouth_left",
    "mouth_right",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_pinky",
    "right_pinky",
    "left_index",
    "right_index",
    "left_thumb",
    "right_thumb",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
    "left_heel",
    "right_heel",
    "left_foot_index",
    "right_foot_index",
)
"""The 33 body points of MediaPipe's pose model, in its order (left = the athlete's left)."""

INDEX = {name: position for position, name in enumerate(LANDMARKS)}


BREAK_S = 0.25
"""Seconds of video around each of `PoseTrack.breaks_s` that may lie on either side of it."""


class Origin(IntEnum):
    """Where one landmark sample comes from."""

    MISSING = 0
    DETECTED = 1
    INTERPOLATED = 2


@dataclass(frozen=True, slots=True, eq=False)
class PoseTrack:
    """One athlete's landmarks at n sampled pictures.

    Attributes:
        t_s: (n,) seconds in the video's own clock, strictly increasing. Use it to scrub.
        frame: (n,) index of the picture in the source video.
        xy_px: (n, 33, 2) pixels of the upright picture, x right, y down; NaN where missing.
        visibility: (n, 33) the model's 0..1; 0 where missing.
        world_m: (n, 33, 3) metres from the middle of the hips, x right, y down, z away from
            the camera; NaN where missing.
        origin: (n, 33) `Origin` of each sample.
        width_px, height_px: the upright picture.
        slow_motion_factor: recorded seconds per real second; see `real_s`.
        clock_changes_s: video seconds at which the clip changes its speed.
        breaks_s: video seconds at which one scene is cut to another, in order, each known to
            `BREAK_S`; nothing goes on from one side to the other.
    """

    t_s: "NDArray[np.float64]"
    frame: "NDArray[np.int64]"
    xy_px: "NDArray[np.float64]"
    visibility: "NDArray[np.float64]"
    world_m: "NDArray[np.float64]"
    origin: "NDArray[np.uint8]"
    width_px: int
    height_px: int
    slow_motion_factor: float = 1.0
    clock_changes_s: tuple[float, ...] = ()
    breaks_s: tuple[float, ...] = ()

    def __len__(self) -> int:
        """Return the number of sampled pictures."""
        return len(self.t_s)

    @property
    def real_s(self) -> "NDArray[np.float64]":
        """(n,) seconds as the athlete lived them: the clock for speeds and durations."""
        return self.t_s / self.slow_motion_factor

    @property
    def clock_changes_real_s(self) -> tuple[float, ...]:
        """`clock_changes_s` on the clock of `real_s`."""
        return tuple(t_s / self.slow_motion_factor for t_s in self.clock_changes_s)

    @property
    def breaks_real_s(self) -> tuple[float, ...]:
        """`breaks_s` on the clock of `real_s`."""
        return tuple(t_s / self.slow_motion_factor for t_s in self.breaks_s)

    @property
    def rate_hz(self) -> float:
        """Median samples per real second; 0 for fewer than two samples."""
        if len(self) < 2:  # noqa: PLR2004
            return 0.0
        return float(1.0 / np.median(np.diff(self.real_s)))

    @property
    def present(self) -> "NDArray[np.bool_]":
        """(n,) whether the athlete was detected in this picture."""
        return np.asarray((self.origin == Origin.DETECTED).any(axis=1))

    def point(self, name: str) -> "NDArray[np.float64]":
        """(n, 2) pixels of one landmark; NaN where missing."""
        return np.asarray(self.xy_px[:, INDEX[name]])

    def middle(self, first: str, second: str) -> "NDArray[np.float64]":
        """(n, 2) pixels half-way between two landmarks."""
        return (self.point(first) + self.point(second)) / 2.0

    def seen(self, *names: str) -> "NDArray[np.float64]":
        """(n,) the lowest visibility among these landmarks."""
        return np.asarray(self.visibility[:, [INDEX[name] for name in names]].min(axis=1))
