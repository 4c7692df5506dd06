"""The knee of a planted leg, read so that mixed-up legs cannot pass for a bent knee."""

from typing import TYPE_CHECKING

import numpy as np

from worker_service.pipeline.metrics.geometry import joint_angle_deg
from worker_service.pipeline.signals.even import resample
from worker_service.pipeline.signals.known import median
from worker_service.pipeline.signals.motion import LEG_HZ

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shared.results import Side
    from worker_service.pipeline.metrics.scene import Window
    from worker_service.pipeline.track import PoseTrack

STRAY_TORSO = 0.35
"""A planted ankle does not leave its place by this much; the pose model's swap of legs does.
(Measured: 1.0 to 1.5 torso lengths at the release of two bowling clips.)"""

STEP_S = 1 / 30
LEAP_DEG = 20.0
"""A planted knee does not bend or stretch by this much within `STEP_S`. The model's does when one
leg hides the other (measured: 24 and 29 degrees at release, where the labels move by 2 and 4);
what it reads during the step before is already pulled away and left out too."""

SETTLE_S = 0.2
"""How far beyond the window samples are taken, so that smoothing has something to lean on."""


def planted_knee_deg(
    track: "PoseTrack", clock: "NDArray[np.float64]", side: "Side", window: "Window"
) -> "NDArray[np.float64]":
    """Knee angle of a planted leg on the even clock, 180 = straight.

    Pictures are used from where the leg plants to where it is lost: where the ankle leaves its
    place or the knee leaps. The angle is NaN beyond.
    """
    names = tuple(f"{side}_{part}" for part in ("hip", "knee", "ankle"))
    points = np.stack([track.point(name) for name in names], axis=1)
    points[~_planted(track, points, window)] = np.nan
    flat = resample(track.real_s, points.reshape(len(track), -1), clock, cutoff_hz=LEG_HZ)
    hip, knee, ankle = flat.reshape(len(clock), 3, 2).transpose(1, 0, 2)
    return joint_angle_deg(hip, knee, ankle)


def _planted(
    track: "PoseTrack", points: "NDArray[np.float64]", window: "Window"
) -> "NDArray[np.bool_]":
    """Tell which pictures show the planted leg."""
    real = track.real_s
    inside = (real >= window.start_s - 1e-9) & (real <= window.end_s + SETTLE_S)
    standing = np.flatnonzero(inside & np.isfinite(points).all(axis=(1, 2)))
    if len(standing) == 0:
        return np.zeros(len(track), dtype=bool)
    lost = _strays(track, points, standing) | _leaps(real, points, after_s=window.start_s)
    start_s, end_s = window.start_s - SETTLE_S, window.end_s + SETTLE_S
    before = real[lost & (real < real[standing[0]])]
    after = real[lost & (real > real[standing[0]])]
    if len(before):
        start_s = max(start_s, before[-1] + 1e-9)
    if len(after):
        end_s = min(end_s, after[0] - 1.1 * STEP_S)
    return np.asarray((real >= start_s) & (real <= max(end_s, real[standing[0]])))


def _strays(
    track: "PoseTrack", points: "NDArray[np.float64]", standing: "NDArray[np.intp]"
) -> "NDArray[np.bool_]":
    """Tell in which pictures the ankle is away from where it stands early in the window."""
    early = standing[: max(3, len(standing) // 2)]
    place = np.median(points[early, 2], axis=0)
    shoulders = track.middle("left_shoulder", "right_shoulder")
    torso = np.linalg.norm(shoulders - track.middle("left_hip", "right_hip"), axis=1)
    away = np.linalg.norm(points[:, 2] - place, axis=1) / median(torso[standing])
    return np.asarray(away > STRAY_TORSO)


def _leaps(
    real_s: "NDArray[np.float64]", points: "NDArray[np.float64]", *, after_s: float
) -> "NDArray[np.bool_]":
    """Tell in which pictures the knee has leapt since a step before, once the leg stands."""
    angle = joint_angle_deg(points[:, 0], points[:, 1], points[:, 2])
    known = np.isfinite(angle)
    earlier = np.interp(real_s - STEP_S, real_s[known], angle[known])
    leapt = np.abs(angle - earlier) > LEAP_DEG
    return np.asarray(leapt & (real_s >= after_s + STEP_S))
