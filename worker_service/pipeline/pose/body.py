"""Simple measures of a body in one picture, for telling people apart. Pixels throughout."""

import numpy as np
from numpy.typing import NDArray

from worker_service.pipeline.track import INDEX

_SHOULDERS = [INDEX["left_shoulder"], INDEX["right_shoulder"]]
_HIPS = [INDEX["left_hip"], INDEX["right_hip"]]
_KNEES = [INDEX["left_knee"], INDEX["right_knee"]]
_ANKLES = [INDEX["left_ankle"], INDEX["right_ankle"]]

TINY_PX = 1e-6

SAME_PERSON = 0.35
"""Two trunks nearer than this, in body lengths, belong to one person."""

JOINTS = [
    INDEX[f"{side}_{part}"]
    for side in ("left", "right")
    for part in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
]
"""The twelve joints that a pose is judged by."""

CLEAR = 0.45
"""Mean visibility of the joints from which on a pose is believed to be a person's."""


def clarity(visibility: NDArray[np.floating]) -> float:
    """Mean over (…, 33) visibilities of the joints."""
    return float(visibility[..., JOINTS].mean())


def centre(xy_px: NDArray[np.floating]) -> NDArray[np.floating]:
    """(…, 2) middle of the trunk of (…, 33, 2) landmarks."""
    return np.asarray(xy_px[..., _SHOULDERS + _HIPS, :].mean(axis=-2))


def length(xy_px: NDArray[np.floating]) -> NDArray[np.floating]:
    """(…,) trunk plus thigh plus shank of (…, 33, 2) landmarks, the longer leg.

    About 0.8 of the standing height, and hardly changed by bending or by turning over.
    """
    trunk = _distance(xy_px, _SHOULDERS, _HIPS, middle=True)
    thigh = _distance(xy_px, _HIPS, _KNEES, middle=False)
    shank = _distance(xy_px, _KNEES, _ANKLES, middle=False)
    return np.asarray(trunk + (thigh + shank).max(axis=-1))


def trunk_share(xy_px: NDArray[np.floating]) -> NDArray[np.floating]:
    """(…,) part of `length` that is trunk; about 0.4 for a person side-on or upright."""
    trunk = _distance(xy_px, _SHOULDERS, _HIPS, middle=True)
    return np.asarray(trunk / np.maximum(length(xy_px), TINY_PX))


def is_one_person(xy_px: NDArray[np.floating], other_px: NDArray[np.floating]) -> bool:
    """Whether two (33, 2) bodies in one picture are the same person, judged by the trunk."""
    apart = np.linalg.norm(centre(xy_px) - centre(other_px))
    return bool(apart < SAME_PERSON * max(length(xy_px), length(other_px)))


def _distance(
    xy_px: NDArray[np.floating], first: list[int], second: list[int], *, middle: bool
) -> NDArray[np.floating]:
    """Distance between two pairs of landmarks: of their middles, or (…, 2) side by side."""
    a, b = xy_px[..., first, :], xy_px[..., second, :]
    if middle:
        a, b = a.mean(axis=-2), b.mean(axis=-2)
    return np.asarray(np.linalg.norm(a - b, axis=-1))
