"""A person put together from pelvis, turns, feet and hands; metres, x along the line of play, y up,
z away from the camera."""

import numpy as np
from numpy.typing import NDArray

from shared.results import Side

Array = NDArray[np.float64]

TORSO, THIGH, SHANK, UPPER_ARM, FOREARM = 0.50, 0.43, 0.43, 0.30, 0.26
HALF_HIPS, HALF_SHOULDERS = 0.10, 0.18
UP = np.array([0.0, 1.0, 0.0])


def assemble(
    pelvis: Array,
    *,
    pelvis_yaw_deg: Array,
    shoulder_yaw_deg: Array,
    ankles: dict[Side, Array],
    wrists: dict[Side, Array] | None = None,
    lean_deg: Array | float = 0.0,
    facing_deg: Array | float | None = None,
    knees: dict[Side, Array] | None = None,
) -> dict[str, Array]:
    """Put a body together from its pelvis, turns, feet and hands; knees and elbows follow.

    Yaw 0 = chest to the camera, 90 = chest along +x. Lean is towards +x.
    """
    n = len(pelvis)
    lean = np.radians(np.broadcast_to(lean_deg, n))
    trunk = np.stack([np.sin(lean), np.cos(lean), np.zeros(n)], axis=1)
    neck = pelvis + TORSO * trunk
    ears = neck + 0.22 * trunk
    face = np.broadcast_to(shoulder_yaw_deg if facing_deg is None else facing_deg, n)
    joints = {"nose": ears + 0.10 * ahead(face)}
    for side, sign in ((Side.LEFT, 1.0), (Side.RIGHT, -1.0)):
        joints[f"{side}_ear"] = ears + sign * 0.07 * left(face)
        hip = pelvis + sign * HALF_HIPS * left(pelvis_yaw_deg)
        shoulder = neck + sign * HALF_SHOULDERS * left(shoulder_yaw_deg)
        ankle = ankles[side]
        joints |= {f"{side}_hip": hip, f"{side}_shoulder": shoulder, f"{side}_ankle": ankle}
        joints[f"{side}_knee"] = bend(
            hip, ankle, THIGH, SHANK, knees[side] if knees else ahead(pelvis_yaw_deg)
        )
        joints[f"{side}_heel"] = ankle - 0.05 * ahead(pelvis_yaw_deg) - 0.06 * UP
        joints[f"{side}_foot_index"] = ankle + 0.15 * ahead(pelvis_yaw_deg) - 0.06 * UP
        wrist = wrists[side] if wrists else shoulder - 0.54 * UP
        joints[f"{side}_wrist"] = wrist
        joints[f"{side}_elbow"] = bend(
            shoulder, wrist, UPPER_ARM, FOREARM, np.broadcast_to(UP, (n, 3))
        )
    return joints


def left(yaw_deg: Array) -> Array:
    yaw = np.radians(yaw_deg)
    return np.stack([np.cos(yaw), np.zeros_like(yaw), np.sin(yaw)], axis=1)


def ahead(yaw_deg: Array) -> Array:
    yaw = np.radians(yaw_deg)
    return np.stack([np.sin(yaw), np.zeros_like(yaw), -np.cos(yaw)], axis=1)


def bend(start: Array, end: Array, first: float, second: float, towards: Array) -> Array:
    """Return the joint between two segments of known length, bent towards a direction."""
    line = end - start
    length = np.clip(np.linalg.norm(line, axis=1, keepdims=True), 1e-6, first + second - 1e-6)
    along = line / np.linalg.norm(line, axis=1, keepdims=True)
    reach = (first**2 - second**2 + length**2) / (2 * length)
    off = towards - (towards * along).sum(axis=1, keepdims=True) * along
    off /= np.maximum(np.linalg.norm(off, axis=1, keepdims=True), 1e-9)
    return np.asarray(start + reach * along + np.sqrt(np.maximum(first**2 - reach**2, 0.0)) * off)


def leg_length(knee_deg: Array | float) -> Array:
    """Return the distance from hip to ankle of a leg with this knee angle."""
    return np.sqrt(THIGH**2 + SHANK**2 - 2 * THIGH * SHANK * np.cos(np.radians(knee_deg)))


def smooth(t: Array, start_s: float, end_s: float) -> Array:
    """Rise from 0 to 1 with the least jerk; quickest half-way."""
    u = np.clip((t - start_s) / (end_s - start_s), 0.0, 1.0)
    return np.asarray(u**3 * (10 - 15 * u + 6 * u**2))


def points(x: Array | float, y: Array | float, z: Array | float, like: Array) -> Array:
    return np.stack([np.broadcast_to(value, len(like)) for value in (x, y, z)], axis=1).astype(
        float
    )


def step(
    t: Array, from_x: float, to_x: float, start_s: float, end_s: float, *, lift_m: float = 0.25
) -> Array:
    """Return how far a foot has gone that leaves at one time and stands at another."""
    gone = np.clip((t - start_s) / (end_s - start_s), 0.0, 1.0)
    return points(from_x + (to_x - from_x) * gone, lift_m * np.sin(np.pi * gone), 0.0, t)
