"""Walking and running."""

from typing import Any

import numpy as np

from shared.results import Side
from tests.athletes.body import (
    HALF_HIPS,
    SHANK,
    THIGH,
    TORSO,
    Array,
    assemble,
    leg_length,
    points,
)
from tests.athletes.camera import Scenario
from tests.athletes.runner import Runner


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


def running(duration_s: float = 4.0, **runner: Any) -> Scenario:
    """Return somebody who runs; keywords change the sound runner that `Runner` is."""
    who = Runner(**runner)

    def body(t: Array) -> dict[str, Array]:
        return who.body(t, duration_s)

    moments = {}
    for side in Side:
        for n, at_s in enumerate(who.contacts_s(side, duration_s)):
            moments[f"{side}_foot_contact_{n}"] = at_s
            moments[f"{side}_toe_off_{n}"] = at_s + who.standing_s(side)
    return Scenario(body, duration_s, moments_s=moments, truth=_truth(who))


def _truth(who: Runner) -> dict[str, float]:
    """What a perfect eye reads at the true moments, seen squarely from the side."""
    both = {side: _side_truth(who, side) for side in Side}
    truth = {key: (both[Side.LEFT][key] + both[Side.RIGHT][key]) / 2 for key in both[Side.LEFT]}
    truth |= {f"{side}_{key}": value for side in Side for key, value in both[side].items()}
    cycle = np.linspace(0.0, who.cycle_s, 2001)
    height = who.pelvis(cycle, 0.0)[:, 1]
    return truth | {
        "cadence": who.steps_per_minute,
        "trunk_lean": who.lean_deg,
        "vertical_oscillation": float(np.ptp(height)) / TORSO,
        "vertical_oscillation_m": float(np.ptp(height)),
        "arm_swing": who.arm_deg,
    }


def _side_truth(who: Runner, side: Side) -> dict[str, float]:
    contact_s, standing_s = who.first_s(side), who.standing_s(side)
    stance = np.linspace(contact_s, contact_s + standing_s, 401)
    body = {name: place[:, :2] for name, place in who.body(stance, 0.0).items()}
    hip, knee, ankle = (body[f"{side}_{part}"] for part in ("hip", "knee", "ankle"))
    shoulders = (body["left_shoulder"] + body["right_shoulder"]) / 2
    hips = (body["left_hip"] + body["right_hip"]) / 2
    bend = _angle(hip - knee, ankle - knee)
    shank = knee[0] - ankle[0]
    other = Side.RIGHT if side is Side.LEFT else Side.LEFT
    next_s = (who.first_s(other) - contact_s) % who.cycle_s
    return {
        "contact_time": standing_s,
        "flight_time": next_s - standing_s,
        "duty_factor": standing_s / who.cycle_s,
        "step_time": next_s,
        "knee_at_contact": float(bend[0]),
        "knee_in_stance": float(bend[: len(bend) * 2 // 3].min()),
        "shank_at_contact": float(np.degrees(np.arctan2(-shank[0], shank[1]))),
        "overstride": float((ankle - hip)[0, 0] / (THIGH + SHANK)),
        "hip_extension_at_toe_off": float(_swing(hips - shoulders)[-1] - _swing(knee - hip)[-1]),
        "elbow_angle": who.elbow_deg,
    }


def _angle(one: Array, other: Array) -> Array:
    cross = one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]
    return np.asarray(np.degrees(np.arctan2(np.abs(cross), (one * other).sum(axis=1))))


def _swing(line: Array) -> Array:
    """Return how far a line that hangs down points ahead, in degrees."""
    return np.asarray(np.degrees(np.arctan2(line[:, 0], -line[:, 1])))
