"""A delivery and a stroke."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

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

RELEASE_ARM_M = 0.5599
"""A straight arm."""

LONGEST_LEG_M = float(leg_length(178.0))
"""From hip to ankle of a leg that trails."""

STRIDE_LIFT_M = 0.2
EASING = 0.8
"""Share of its speed that the front foot has lost before the ground stops it."""

STEP_M, STEP_S = 1.0, 0.28
"""A run-up step."""


@dataclass(frozen=True)
class Bowler:
    """What is true about a delivery; degrees, metres and seconds.

    Attributes:
        knee_deg: front knee half-way from front-foot contact to release, its smallest.
        contact_deg, release_deg: front knee at both ends.
        stride_m: from the back to the front ankle.
        steps: run-up steps before back-foot contact; without any the bowler walks in.
        arm_deg: bowling arm at release, out to the side from the trunk's line.
        side_lean_deg: trunk away from the bowling arm. lean_deg: trunk towards the target.
        counter_deg: turn of the shoulders away from the target after back-foot contact.
    """

    knee_deg: float
    contact_deg: float
    release_deg: float
    stride_m: float = 0.8
    steps: int = 0
    arm_deg: float = 0.0
    side_lean_deg: float = 0.0
    lean_deg: float = 0.0
    counter_deg: float = 0.0


def delivery(
    knee_deg: float = 150.0,
    *,
    run_up_s: float = 0.8,
    contact_deg: float | None = None,
    release_deg: float | None = None,
    **bowler: Any,
) -> Scenario:
    """A right-arm delivery towards +x, filmed from the bowling arm's side.

    The front knee is 8 degrees straighter at contact and at release unless they are given; other
    keywords are those of `Bowler`.
    """
    who = Bowler(knee_deg, contact_deg or knee_deg + 8.0, release_deg or knee_deg + 8.0, **bowler)
    back_s = max(run_up_s, (who.steps + 1) * STEP_S)
    front_s, release_s = back_s + 0.20, back_s + 0.36

    def body(t: Array) -> dict[str, Array]:
        middle = _bowling_pelvis(who, t, front_s, release_s)
        turned = smooth(t, release_s - 0.25, release_s + 0.1)
        closing = who.counter_deg * (1 - smooth(t, back_s, back_s + 0.12))
        shoulder_yaw = 10.0 + closing + 90.0 * turned
        joints = assemble(
            middle,
            pelvis_yaw_deg=np.full(len(t), 90.0),
            shoulder_yaw_deg=shoulder_yaw,
            ankles=_dragged(_bowling_feet(who, t, back_s, front_s, release_s), middle),
            wrists={
                Side.RIGHT: middle
                + TORSO * UP
                - HALF_SHOULDERS * left(shoulder_yaw)
                + _bowling_arm(who, t, release_s),
                Side.LEFT: middle + points(0.1, 0.1, 0.2, t),
            },
        )
        return _leaning(joints, middle, forward_deg=who.lean_deg, side_deg=who.side_lean_deg)

    return Scenario(
        body,
        release_s + 0.7,
        moments_s={
            "back_foot_contact": back_s,
            "front_foot_contact": front_s,
            "release": release_s,
        },
        truth={"front_knee_deg": knee_deg, "steps_per_minute": 60.0 / STEP_S},
    )


def _bowling_pelvis(who: Bowler, t: Array, front_s: float, release_s: float) -> Array:
    """The hips: carried by the front leg from contact to release, and running in before it."""
    knee_deg = _braced_knee_deg(who, t, front_s, release_s)
    over = -0.50 + 0.40 * smooth(t, front_s - 0.25, release_s + 0.2)
    height = np.sqrt(leg_length(knee_deg) ** 2 - over**2)
    if who.steps:
        ahead_s = front_s - 0.1 - t
        approach = -STEP_M / STEP_S * (ahead_s + np.hypot(ahead_s, 0.02)) / 2.0
    else:
        approach = -1.3 * (1 - smooth(t, -0.6, front_s - 0.02))
    return points(who.stride_m + over + approach, 0.06 + height, 0.0, t)


def _braced_knee_deg(who: Bowler, t: Array, front_s: float, release_s: float) -> Array:
    """The front knee: down to its smallest half-way, up to release and, slower, on to straight."""
    braced = np.clip((t - front_s) / (release_s - front_s), 0.0, 1.0)
    rise_deg = who.release_deg - who.knee_deg
    ends_deg = np.where(braced < 0.5, who.contact_deg, who.release_deg)
    most_deg = min(8.0, 178.0 - who.release_deg)
    after_s = 4.0 * rise_deg / (release_s - front_s) * np.maximum(t - release_s, 0.0)
    after_deg = most_deg * (1.0 - np.exp(-after_s / most_deg))
    return ends_deg - (ends_deg - who.knee_deg) * 4 * braced * (1 - braced) + after_deg


def _bowling_feet(
    who: Bowler, t: Array, back_s: float, front_s: float, release_s: float
) -> dict[Side, Array]:
    follow = step(t, 0.0, who.stride_m - 0.05, release_s - 0.02, release_s + 0.35)
    if not who.steps:
        back = step(t, -0.9, 0.0, back_s - 0.45, back_s)
        front = _striding_foot(t, -0.5, who.stride_m, front_s)
    else:
        count = who.steps + 4  # the first two landings lie before the clip
        on_s = [back_s - STEP_S * n for n in range(count)]
        at_m = [-STEP_M * n for n in range(count)]
        back = _running_foot(t, at_m[::2], on_s[::2])
        front = _running_foot(t, at_m[1::2], on_s[1::2])
        front += _striding_foot(t, 0.0, who.stride_m - at_m[1], front_s)
    return {
        Side.RIGHT: back + follow + points(0.0, 0.06, -HALF_HIPS, t),
        Side.LEFT: front + points(0.0, 0.06, HALF_HIPS, t),
    }


def _dragged(ankles: dict[Side, Array], pelvis: Array) -> dict[Side, Array]:
    """Pull a foot out of the leg's reach towards its hip: a back foot trails on its toes."""
    reached: dict[Side, Array] = {}
    for side, ankle in ankles.items():
        hip = pelvis + (HALF_HIPS if side is Side.LEFT else -HALF_HIPS) * left(np.array([90.0]))
        line = ankle - hip
        length = np.linalg.norm(line, axis=1, keepdims=True)
        reached[side] = hip + line * np.minimum(1.0, LONGEST_LEG_M / length)
    return reached


def _striding_foot(t: Array, from_m: float, to_m: float, lands_s: float) -> Array:
    """The front foot of the delivery stride: thrown forward, then slowed as the leg stretches."""
    gone = np.clip((t - lands_s + 0.38) / 0.38, 0.0, 1.0)
    ahead = gone * (1.0 + EASING * (1.0 - gone))
    return points(from_m + (to_m - from_m) * ahead, STRIDE_LIFT_M * np.sin(np.pi * gone), 0.0, t)


def _running_foot(t: Array, at_m: list[float], on_s: list[float]) -> Array:
    """A foot that lands at places and times, given from the last one backwards."""
    path = points(at_m[-1], 0.0, 0.0, t)
    for (to_m, from_m), (lands_s, landed_s) in zip(pairwise(at_m), pairwise(on_s), strict=True):
        path = path + step(t, 0.0, to_m - from_m, landed_s + 0.12, lands_s)
    return path


def _bowling_arm(who: Bowler, t: Array, release_s: float) -> Array:
    """Shoulder to wrist of an arm that is upright at release, whatever the trunk does."""
    over = smooth(t, release_s - 0.225, release_s + 0.225)
    swing = np.radians(-170.0 + 340.0 * over - who.lean_deg)
    out = np.radians(who.arm_deg)
    up = np.cos(swing)
    return RELEASE_ARM_M * np.stack([np.sin(swing), up * np.cos(out), -up * np.sin(out)], axis=1)


def _leaning(
    joints: dict[str, Array], pelvis: Array, *, forward_deg: float, side_deg: float
) -> dict[str, Array]:
    """Turn everything above the hips about them: towards +x, and towards +z."""
    upper = ("shoulder", "elbow", "wrist", "ear", "nose")
    return {
        name: _turned(_turned(place - pelvis, 0, forward_deg), 2, side_deg) + pelvis
        if name.endswith(upper)
        else place
        for name, place in joints.items()
    }


def _turned(place: Array, axis: int, by_deg: float) -> Array:
    """Turn points from upright towards one axis."""
    turn, moved = np.radians(by_deg), place.copy()
    moved[:, axis] = place[:, axis] * np.cos(turn) + place[:, 1] * np.sin(turn)
    moved[:, 1] = place[:, 1] * np.cos(turn) - place[:, axis] * np.sin(turn)
    return moved


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
            "backlift_top": 1.335,  # the middle of where the hands are nearly as high as they get
            "downswing_start": 1.45,  # a fifth of their quickest
            "front_foot_plant": plant_s,
            "contact": contact_s,
        },
        truth={
            "front_knee_deg": knee_deg,
            "lead_s": lead_s,
            "backlift_deg": 110.0,
            "stance_m": 0.5,
            "stride_m": 0.35,
            "downswing_s": 0.15,
        },
    )
