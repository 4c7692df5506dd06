"""How lively an athlete is from moment to moment, as curves for each kind of movement."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import maximum_filter1d, uniform_filter1d

from worker_service.pipeline.signals.derivatives import speed
from worker_service.pipeline.signals.even import EVEN_HZ, even_clock
from worker_service.pipeline.signals.filters import zero_lag_lowpass

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from worker_service.pipeline.track import PoseTrack

SMOOTH_HZ = 6.0
SIZE_S = 2.0
"""The torso's length is the longest within this time: turning away and bending shorten it."""

UNSEEN_HEIGHT = 0.25
"""Added to a hand's height above the shoulders: the pictures at the top may be missing."""

RHYTHM_HZ = (0.7, 2.5)
"""Strides a second, from a slow jog to a sprint."""

RHYTHM_S = 1.5
"""Over this long, about two strides, feet must alternate to be a runner's."""


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """Parts of the body on the even clock: (m, 2) pixels, y down. `torso_px` is (m,)."""

    t_s: "NDArray[np.float64]"
    torso_px: "NDArray[np.float64]"
    left_wrist: "NDArray[np.float64]"
    right_wrist: "NDArray[np.float64]"
    left_ankle: "NDArray[np.float64]"
    right_ankle: "NDArray[np.float64]"
    hips: "NDArray[np.float64]"
    shoulders: "NDArray[np.float64]"


def overarm(paths: Paths) -> "NDArray[np.float64]":
    """(m,) height above the shoulders times speed past the hips, of the livelier hand."""
    hands = []
    for wrist in (paths.left_wrist, paths.right_wrist):
        above = np.maximum(paths.shoulders[:, 1] - wrist[:, 1], 0.0) / paths.torso_px
        hands.append((above + UNSEEN_HEIGHT) * speed(wrist - paths.hips) / paths.torso_px)
    return np.maximum(*hands)


def swing(paths: Paths) -> "NDArray[np.float64]":
    """(m,) speed of the middle of both hands past the hips: walking arms cancel out."""
    hands = (paths.left_wrist + paths.right_wrist) / 2.0
    return speed(hands - paths.hips) / paths.torso_px


def leap(paths: Paths) -> "NDArray[np.float64]":
    """(m,) how fast the hips and both ankles rise or fall together."""
    parts = (paths.hips, paths.left_ankle, paths.right_ankle)
    rises = np.stack([np.gradient(part[:, 1], 1.0 / EVEN_HZ) for part in parts])
    together = np.abs(np.sign(rises).sum(axis=0)) == len(parts)
    return np.where(together, np.abs(rises).min(axis=0), 0.0) / paths.torso_px


def rhythm(paths: Paths) -> "NDArray[np.float64]":
    """(m,) typical distance between the ankles as far as they alternate at a stride's rhythm."""
    apart = paths.left_ankle - paths.right_ankle
    too_slow, not_too_quick = (zero_lag_lowpass(paths.t_s, apart, hz) for hz in RHYTHM_HZ)
    squares = ((not_too_quick - too_slow) ** 2).sum(axis=1)
    over = max(1, round(RHYTHM_S * EVEN_HZ))
    return np.sqrt(np.maximum(uniform_filter1d(squares, over), 0.0)) / paths.torso_px


def paths_of(track: "PoseTrack") -> Paths:
    """Draw straight lines through what was seen, across every gap, and smooth them.

    An athlete who is lost for a moment is often lost because of the speed this looks for.
    """
    clock = even_clock(track.real_s)
    hips = track.middle("left_hip", "right_hip")
    shoulders = track.middle("left_shoulder", "right_shoulder")
    torso = _joined(track, np.linalg.norm(shoulders - hips, axis=1)[:, None], clock)[:, 0]
    longest = maximum_filter1d(torso, max(1, round(SIZE_S * EVEN_HZ)), mode="nearest")

    def drawn(points: "NDArray[np.float64]") -> "NDArray[np.float64]":
        return zero_lag_lowpass(clock, _joined(track, points, clock), SMOOTH_HZ)

    return Paths(
        t_s=clock,
        torso_px=np.maximum(longest, 1.0),
        left_wrist=drawn(track.point("left_wrist")),
        right_wrist=drawn(track.point("right_wrist")),
        left_ankle=drawn(track.point("left_ankle")),
        right_ankle=drawn(track.point("right_ankle")),
        hips=drawn(hips),
        shoulders=drawn(shoulders),
    )


def _joined(
    track: "PoseTrack", values: "NDArray[np.float64]", clock: "NDArray[np.float64]"
) -> "NDArray[np.float64]":
    """Join what was seen of (n, k) values by straight lines; NaN where it never was."""
    seen = track.present & np.isfinite(values).all(axis=1)
    if not seen.any():
        return np.full((len(clock), values.shape[1]), np.nan)
    columns = [np.interp(clock, track.real_s[seen], column[seen]) for column in values.T]
    return np.stack(columns, axis=1)
