"""A delivery and a stroke."""

import numpy as np

from shared.results import Side
from tests.athletes.body import (
    HALF_HIPS,
    HALF_SHOULDERS,
    TORSO,
    UP,
    Array,
    assemble,
    left,
    leg_length,
    points,
    smooth,
    step,
)
from tests.athletes.camera import Scenario


def delivery(knee_deg: float = 150.0, *, run_up_s: float = 0.8) -> Scenario:
    """A right-arm delivery towards +x, filmed from the bowling arm's side.

    The front knee is at `knee_deg` half-way from front-foot contact to release, 8 degrees
    straighter at both.
    """
    back_s, front_s, release_s = run_up_s, run_up_s + 0.20, run_up_s + 0.36
    front_x = 0.8

    def pelvis(t: Array) -> Array:
        dip = np.clip(4 * (t - front_s) * (release_s - t) / (release_s - front_s) ** 2, 0.0, 1.0)
        over = -0.50 + 0.40 * smooth(t, front_s - 0.25, release_s + 0.2)
        approach = -1.3 * (1 - smooth(t, -0.6, front_s - 0.02))
        height = np.sqrt(leg_length(knee_deg + 8.0 - 8.0 * dip) ** 2 - over**2)
        return points(front_x + over + approach, 0.06 + height, 0.0, t)

    def body(t: Array) -> dict[str, Array]:
        middle = pelvis(t)
        shoulder_yaw = 10.0 + 90.0 * smooth(t, release_s - 0.25, release_s + 0.1)
        swing = np.radians(-170.0 + 340.0 * smooth(t, release_s - 0.225, release_s + 0.225))
        reach = 0.55 * np.stack([np.sin(swing), np.cos(swing), np.zeros(len(t))], axis=1)
        back_foot = step(t, -1.2, 0.0, back_s - 0.35, back_s)
        follow = step(t, 0.0, 1.7, release_s - 0.02, release_s + 0.35)
        return assemble(
            middle,
            pelvis_yaw_deg=np.full(len(t), 90.0),
            shoulder_yaw_deg=shoulder_yaw,
            ankles={
                Side.RIGHT: back_foot + follow + points(0.0, 0.06, -HALF_HIPS, t),
                Side.LEFT: step(t, -0.5, front_x, front_s - 0.38, front_s)
                + points(0.0, 0.06, HALF_HIPS, t),
            },
            wrists={
                Side.RIGHT: middle + TORSO * UP - HALF_SHOULDERS * left(shoulder_yaw) + reach,
                Side.LEFT: middle + points(0.1, 0.1, 0.2, t),
            },
        )

    return Scenario(
        body,
        release_s + 0.7,
        moments_s={
            "back_foot_contact": back_s,
            "front_foot_contact": front_s,
            "release": release_s,
        },
        truth={"front_knee_deg": knee_deg},
    )


def stroke(
    knee_deg: float = 150.0, *, turn_deg: float = 0.0, lead_s: float = 0.03, sway_m: float = 0.0
) -> Scenario:
    """A right-hander's front-foot drive towards +x, chest to the camera.

    The pelvis turns by `turn_deg`, quickest `lead_s` before the shoulders; the head sways by
    `sway_m` to either side 2.5 times a second.
    """
    contact_s, plant_s = 1.6, 1.55

    def pelvis(t: Array) -> Array:
        knee = 165.0 + (knee_deg - 165.0) * smooth(t, 1.2, 1.5)
        front_hip_x = 0.10 + 0.25 * smooth(t, 1.25, 1.7)
        over = front_hip_x - 0.25 - 0.35 * np.clip((t - 1.3) / (plant_s - 1.3), 0.0, 1.0)
        height = np.sqrt(leg_length(knee) ** 2 - over**2)
        return points(front_hip_x - HALF_HIPS, 0.06 + height, 0.0, t)

    def wrists(neck: Array, t: Array) -> dict[Side, Array]:
        lift = -110.0 * smooth(t, 0.8, 1.3) + 240.0 * smooth(t, 1.4, 1.8)
        swing = np.radians(lift)
        down = np.stack([np.sin(swing), -np.cos(swing), np.zeros(len(t))], axis=1)
        hands = neck + 0.42 * down + points(0.0, 0.0, -0.2, t)
        return {Side.LEFT: hands - 0.04 * down, Side.RIGHT: hands + 0.04 * down}

    def body(t: Array) -> dict[str, Array]:
        middle = pelvis(t)
        lean = np.degrees(np.arcsin(sway_m / (TORSO + 0.22) * np.sin(2 * np.pi * 2.5 * t)))
        ahead = points(1.0, 0.0, 0.0, t)
        shoulders_s = contact_s - 0.02
        turns = [
            turn_deg * smooth(t, at - 0.15, at + 0.15) for at in (shoulders_s - lead_s, shoulders_s)
        ]
        return assemble(
            middle,
            pelvis_yaw_deg=turns[0],
            shoulder_yaw_deg=turns[1],
            ankles={
                Side.LEFT: step(t, 0.25, 0.60, 1.3, plant_s, lift_m=0.06)
                + points(0.0, 0.06, 0.0, t),
                Side.RIGHT: points(-0.25, 0.06, 0.0, t),
            },
            wrists=wrists(middle + TORSO * UP, t),
            knees={Side.LEFT: ahead, Side.RIGHT: -ahead},
            lean_deg=lean,
            facing_deg=80.0,
        )

    return Scenario(
        body,
        2.6,
        moments_s={
            "backlift_top": 1.35,
            "downswing_start": 1.45,
            "front_foot_plant": plant_s,
            "contact": contact_s,
        },
        truth={"front_knee_deg": knee_deg, "lead_s": lead_s},
    )
