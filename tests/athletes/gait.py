"""Walking and running."""

import numpy as np

from shared.results import Side
from tests.athletes.body import HALF_HIPS, Array, assemble, leg_length, points
from tests.athletes.camera import Scenario


def walking(steps_per_minute: float = 110.0, duration_s: float = 6.0) -> Scenario:
    """Walking on the spot of a treadmill, seen from the side."""
    stride_hz = steps_per_minute / 120.0

    def body(t: Array) -> dict[str, Array]:
        yaw = np.full(len(t), 90.0)
        phase = 2 * np.pi * stride_hz * t
        pelvis = points(0.0, 0.06 + leg_length(168.0) - 0.04, 0.0, t)
        ankles, wrists = {}, {}
        for side, sign in ((Side.LEFT, 1.0), (Side.RIGHT, -1.0)):
            swing = sign * np.sin(phase)
            lift = 0.08 * np.maximum(0.0, sign * np.cos(phase))
            ankles[side] = points(0.25 * swing, 0.06 + lift, sign * HALF_HIPS, t)
            wrists[side] = pelvis + points(-0.2 * swing, 0.0, sign * 0.2, t)
        return assemble(
            pelvis, pelvis_yaw_deg=yaw, shoulder_yaw_deg=yaw, ankles=ankles, wrists=wrists
        )

    return Scenario(body, duration_s, truth={"per_minute": steps_per_minute / 2})
