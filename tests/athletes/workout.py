"""Exercises."""

import numpy as np

from shared.results import Side
from tests.athletes.body import HALF_HIPS, Array, assemble, leg_length, points
from tests.athletes.camera import Scenario


def squats(count: int = 4, period_s: float = 2.0, lowest_deg: float = 90.0) -> Scenario:
    """Even squats seen from the side, hands held in front."""

    def knee_deg(t: Array) -> Array:
        down = (1 - np.cos(2 * np.pi * t / period_s)) / 2
        return 170.0 - (170.0 - lowest_deg) * down

    def body(t: Array) -> dict[str, Array]:
        yaw = np.full(len(t), 90.0)
        pelvis = points(0.0, 0.06 + leg_length(knee_deg(t)), 0.0, t)
        ankles = {
            side: points(0, 0.06, sign * HALF_HIPS, t)
            for side, sign in ((Side.LEFT, 1.0), (Side.RIGHT, -1.0))
        }
        wrists = {
            side: pelvis + points(0.35, 0.35, sign * 0.15, t)
            for side, sign in ((Side.LEFT, 1.0), (Side.RIGHT, -1.0))
        }
        return assemble(
            pelvis, pelvis_yaw_deg=yaw, shoulder_yaw_deg=yaw, ankles=ankles, wrists=wrists
        )

    return Scenario(
        body, count * period_s, truth={"knee_deg": lowest_deg, "per_minute": 60.0 / period_s}
    )
