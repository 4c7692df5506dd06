"""A pose engine without a model: one generated athlete who squats, whatever the picture shows.

For developing the API and for quick tests. The skeleton depends on a picture's time alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from worker_service.pipeline.engine import Landmarker, Person, Picture
from worker_service.pipeline.track import INDEX, LANDMARKS

PERIOD_S = 2.0
"""One squat, from standing to standing."""

STANDING_HEIGHT = 0.6
"""Nose to heel as a fraction of the picture's height."""

GROUND = 0.9
"""Where the feet are, as a fraction of the picture's height."""

HEIGHT_M = 1.75
KNEE_AT_BOTTOM_DEG = 90.0
VISIBILITY = 0.95

_SHANK, _THIGH, _TRUNK, _UPPER_ARM, _FOREARM = 0.26, 0.26, 0.30, 0.17, 0.15
"""Lengths as fractions of the standing height."""


class SyntheticEngine:
    """Makes landmarkers that see one squatting person in every picture."""

    name = "synthetic"
    device = "cpu"
    model = None

    @contextmanager
    def tracking(self, max_people: int) -> Iterator[Landmarker]:
        """Open a landmarker; there is always exactly one person."""
        del max_people
        yield _Squatter()

    @contextmanager
    def scanning(self, max_people: int) -> Iterator[Landmarker]:
        """Open the same landmarker: it has no memory."""
        del max_people
        yield _Squatter()


class _Squatter:
    def find(self, picture: Picture) -> list[Person]:
        height_px, width_px, _ = picture.rgb.shape
        body = squatting_body(picture.t_s)
        xy = body[:, :2] * STANDING_HEIGHT * [height_px / width_px, 1.0] + [0.5, GROUND]
        hips = (body[INDEX["left_hip"]] + body[INDEX["right_hip"]]) / 2
        return [
            Person(
                xy=xy,
                visibility=np.full(len(LANDMARKS), VISIBILITY),
                world_m=(body - hips) * HEIGHT_M,
            )
        ]


def squatting_body(t_s: float) -> NDArray[np.float64]:
    """Return the (33, 3) body at a moment, in standing heights from between the ankles.

    Seen from its right side, facing right: x forward, y down, z away from the camera. The
    knees go from straight to `KNEE_AT_BOTTOM_DEG` and back once every `PERIOD_S`.
    """
    depth = (1 - np.cos(2 * np.pi * t_s / PERIOD_S)) / 2
    bend = np.radians(180 - KNEE_AT_BOTTOM_DEG) * depth
    ankle = np.array([0.0, 0.0])
    knee = ankle + _SHANK * _up(0.4 * bend)
    hip = knee + _THIGH * _up(-0.6 * bend)
    shoulder = hip + _TRUNK * _up(0.45 * bend)
    elbow = shoulder - _UPPER_ARM * _up(-0.9 * bend)
    wrist = elbow - _FOREARM * _up(-1.1 * bend)
    nose = shoulder + np.array([0.05, -0.12])
    side = {
        "shoulder": (shoulder, 0.10),
        "elbow": (elbow, 0.12),
        "wrist": (wrist, 0.12),
        "pinky": (_moved(wrist, 0.01, 0.05), 0.13),
        "index": (_moved(wrist, 0.03, 0.05), 0.12),
        "thumb": (_moved(wrist, 0.03, 0.03), 0.11),
        "hip": (hip, 0.08),
        "knee": (knee, 0.09),
        "ankle": (ankle, 0.08),
        "heel": (_moved(ankle, -0.03, 0.03), 0.08),
        "foot_index": (_moved(ankle, 0.11, 0.04), 0.09),
    }
    body = np.empty((len(LANDMARKS), 3))
    body[: INDEX["left_shoulder"]] = _head(nose)
    for part, (point, half_width) in side.items():
        body[INDEX[f"left_{part}"]] = (*point, half_width)
        body[INDEX[f"right_{part}"]] = (*point, -half_width)
    return body


def _up(lean_rad: float) -> NDArray[np.float64]:
    """Unit vector upwards, leaning forward."""
    return np.array([np.sin(lean_rad), -np.cos(lean_rad)])


def _moved(point: NDArray[np.float64], x: float, y: float) -> NDArray[np.float64]:
    return np.asarray(point + np.array([x, y]))


def _head(nose: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the eleven points of the face."""
    offsets = np.array(
        [
            (0, 0, 0),
            (-0.01, -0.02, 0.01),
            (-0.01, -0.02, 0.02),
            (-0.01, -0.02, 0.03),
            (-0.01, -0.02, -0.01),
            (-0.01, -0.02, -0.02),
            (-0.01, -0.02, -0.03),
            (-0.05, -0.01, 0.04),
            (-0.05, -0.01, -0.04),
            (-0.01, 0.02, 0.01),
            (-0.01, 0.02, -0.01),
        ]
    )
    return np.asarray(np.array([*nose, 0.0]) + offsets)
