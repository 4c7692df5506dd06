"""Somebody who does not move."""

import numpy as np

from shared.results import Side
from tests.athletes.body import UP, Array, assemble, left, leg_length, points
from tests.athletes.camera import Scenario


def standing(duration_s: float = 2.0, yaw_deg: float = 0.0) -> Scenario:
    """A motionless person."""

    def body(t: Array) -> dict[str, Array]:
        yaw = np.full(len(t), yaw_deg)
        pelvis = points(0.0, 0.06 + leg_length(174.0), 0.0, t)
        ankles = {
            side: points(0, 0, 0, t) + (sign * 0.12 * left(yaw)) + 0.06 * UP
            for side, sign in ((Side.LEFT, 1.0), (Side.RIGHT, -1.0))
        }
        return assemble(pelvis, pelvis_yaw_deg=yaw, shoulder_yaw_deg=yaw, ankles=ankles)

    return Scenario(body, duration_s)
