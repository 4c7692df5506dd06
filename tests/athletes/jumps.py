"""Jumps and drops: legs straight and the whole body in free fall while in the air."""

import numpy as np

from shared.results import Side
from tests.athletes.body import HALF_HIPS, Array, assemble, leg_length, points
from tests.athletes.camera import Scenario

GRAVITY_M_S2 = 9.81
STRAIGHT_DEG = 174.0
DIP_M = 0.25


def jumps(
    heights_m: tuple[float, ...] = (0.35,),
    *,
    drop_m: float = 0.0,
    turns: float = 0.0,
    stands_s: float = 1.6,
) -> Scenario:
    """Jumps on the spot seen from the side, `stands_s` on the ground before and after each.

    The last one lands `drop_m` lower; every flight turns the body forwards `turns` times.
    """
    flights = _flights(heights_m, drop_m, stands_s)

    def body(t: Array) -> dict[str, Array]:
        hips_y, feet_y, spin = (np.zeros(len(t)) for _ in range(3))
        tall = float(leg_length(STRAIGHT_DEG))
        feet_y[t >= flights[-1][1]] = -drop_m
        hips_y[:] = feet_y + tall
        for (take_off_s, landing_s), height in zip(flights, heights_m, strict=True):
            rise_m_s = np.sqrt(2 * GRAVITY_M_S2 * height)
            air_s = np.clip(t - take_off_s, 0.0, landing_s - take_off_s)
            flies = (t >= take_off_s) & (t < landing_s)
            fall = rise_m_s * air_s - GRAVITY_M_S2 / 2 * air_s**2
            feet_y[flies], hips_y[flies] = fall[flies], fall[flies] + tall
            spin += turns * air_s / (landing_s - take_off_s)
            hips_y -= _dip(t - take_off_s, -rise_m_s) + _dip(landing_s - t, -rise_m_s)
        joints = _upright(t, hips_y, feet_y)
        return _turned(joints, hips_y, 2 * np.pi * spin)

    (take_off_s, landing_s), *_ = flights
    return Scenario(
        body,
        flights[-1][1] + stands_s / 2,
        moments_s={"take_off": take_off_s, "landing": landing_s},
        truth={"jumps": float(len(heights_m)), "height_m": heights_m[0]},
    )


def _flights(
    heights_m: tuple[float, ...], drop_m: float, stands_s: float
) -> list[tuple[float, float]]:
    found: list[tuple[float, float]] = []
    for number, height in enumerate(heights_m, start=1):
        below = drop_m if number == len(heights_m) else 0.0
        up_s = np.sqrt(2 * height / GRAVITY_M_S2)
        down_s = np.sqrt(2 * (height + below) / GRAVITY_M_S2)
        take_off_s = (found[-1][1] if found else 0.0) + stands_s
        found.append((float(take_off_s), float(take_off_s + up_s + down_s)))
    return found


def _dip(to_contact_s: Array, speed_m_s: float) -> Array:
    """How far the hips are below standing, before take-off or (time reversed) after landing.

    They leave and meet the air at `speed_m_s`, go down `DIP_M` and return with no jerk.
    """
    push_s = 2 * DIP_M / -speed_m_s
    since = -to_contact_s
    pushing = (since >= 0) & (since <= push_s)
    sinking = np.clip((push_s + 0.5 - since) / 0.5, 0.0, 1.0)
    eased = sinking**3 * (10 - 15 * sinking + 6 * sinking**2)
    rising = DIP_M * (1 - (1 - np.clip(since, 0, push_s) / push_s) ** 2)
    return np.where(pushing, rising, np.where(since > push_s, DIP_M * eased, 0.0))


def _upright(t: Array, hips_y: Array, feet_y: Array) -> dict[str, Array]:
    yaw = np.full(len(t), 90.0)
    pelvis = points(0.0, 0.06 + hips_y, 0.0, t)
    sides = ((Side.LEFT, 1.0), (Side.RIGHT, -1.0))
    return assemble(
        pelvis,
        pelvis_yaw_deg=yaw,
        shoulder_yaw_deg=yaw,
        ankles={side: points(0.0, 0.06 + feet_y, sign * HALF_HIPS, t) for side, sign in sides},
        wrists={side: pelvis + points(0.1, 0.0, sign * 0.25, t) for side, sign in sides},
    )


def _turned(joints: dict[str, Array], hips_y: Array, angle: Array) -> dict[str, Array]:
    """Turn the body forwards about a point just above the hips, near its centre of mass."""
    pivot = points(0.0, hips_y + 0.15, 0.0, angle)
    cos, sin = np.cos(angle), np.sin(angle)
    turned = {}
    for name, place in joints.items():
        x, y, z = (place - pivot).T
        turned[name] = pivot + np.stack([cos * x + sin * y, cos * y - sin * x, z], axis=1)
    return turned
