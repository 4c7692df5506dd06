"""A runner put together from steps, trunk and arms; over ground or on a treadmill."""

from dataclasses import dataclass

import numpy as np

from shared.results import Side
from tests.athletes.body import (
    FOREARM,
    HALF_HIPS,
    UPPER_ARM,
    Array,
    assemble,
    left,
    leg_length,
    points,
)
from tests.athletes.foot_roll import HEEL, TOE, FootRoll, turned

SIGN = {Side.LEFT: 1.0, Side.RIGHT: -1.0}


@dataclass(frozen=True)
class Runner:
    """How somebody runs, towards +x.

    Attributes:
        knee_deg: of the leg under the hips at mid-stance; 180 is straight.
        ahead_m: ankle ahead of the hips at contact.
        left_contact_s: how much longer the left foot stands than the right.
        left_knee_deg: how much straighter the left knee is at mid-stance than the right.
        left_step_s: how much longer the step onto the left foot takes than the other.
        arm_deg: range of the upper arm; cross_deg turns the forearms in when they are ahead.
        over_ground: whether the body travels; otherwise the ground does.
    """

    steps_per_minute: float = 170.0
    speed_m_s: float = 2.8
    contact_s: float = 0.23
    knee_deg: float = 137.0
    ahead_m: float = 0.12
    bounce_m: float = 0.06
    strike_deg: float = 8.0
    lean_deg: float = 8.0
    arm_deg: float = 60.0
    elbow_deg: float = 90.0
    cross_deg: float = 10.0
    left_contact_s: float = 0.0
    left_knee_deg: float = 0.0
    left_step_s: float = 0.0
    over_ground: bool = False
    first_contact_s: float = 0.1

    @property
    def cycle_s(self) -> float:
        return 120.0 / self.steps_per_minute

    def standing_s(self, side: Side) -> float:
        return self.contact_s + SIGN[side] * self.left_contact_s / 2

    def first_s(self, side: Side) -> float:
        """Return a contact of this side; the left one follows half a cycle later, or so."""
        later = self.cycle_s / 2 + self.left_step_s / 2
        return self.first_contact_s + (later if side is Side.LEFT else 0.0)

    def contacts_s(self, side: Side, duration_s: float) -> list[float]:
        first = self.first_s(side) % self.cycle_s
        return [float(t) for t in np.arange(first, duration_s, self.cycle_s)]

    def pelvis(self, t: Array, duration_s: float) -> Array:
        """Lowest at the middle of every contact."""
        middles = {side: self.first_s(side) + self.standing_s(side) / 2 for side in Side}
        to_left = middles[Side.LEFT] - middles[Side.RIGHT]
        since = (t - middles[Side.RIGHT]) % self.cycle_s
        phase = np.where(
            since < to_left, since / to_left, 1 + (since - to_left) / (self.cycle_s - to_left)
        )
        half = self.left_knee_deg / 2
        low, high = (leg_length(self.knee_deg + sign * half) for sign in (-1.0, 1.0))
        depth = (low + high) / 2 - (high - low) / 2 * np.cos(np.pi * phase)
        height = 0.06 + depth + self.bounce_m / 2 * (1 - np.cos(2 * np.pi * phase))
        travelled = self.speed_m_s * (t - duration_s / 2) if self.over_ground else 0.0
        return points(travelled, height, 0.0, t)

    def body(self, t: Array, duration_s: float) -> dict[str, Array]:
        pelvis = self.pelvis(t, duration_s)
        turn = 2 * np.pi * (t - self.first_s(Side.LEFT)) / self.cycle_s
        pelvis_yaw, shoulder_yaw = 90.0 + 4.0 * np.cos(turn), 90.0 - 6.0 * np.cos(turn)
        feet = {side: self._foot(side, t) for side in Side}
        ankles = {
            side: points(pelvis[:, 0] + ankle[:, 0], ankle[:, 1], SIGN[side] * HALF_HIPS, t)
            for side, (ankle, _) in feet.items()
        }
        joints = assemble(
            pelvis,
            pelvis_yaw_deg=pelvis_yaw,
            shoulder_yaw_deg=shoulder_yaw,
            ankles=ankles,
            lean_deg=self.lean_deg,
        )
        for side, (_, pitch) in feet.items():
            for name, part in (("heel", HEEL), ("foot_index", TOE)):
                joints[f"{side}_{name}"] = ankles[side] + _deep(turned(part, pitch))
            joints |= self._arm(side, joints[f"{side}_shoulder"], turn, shoulder_yaw)
        return joints

    def _foot(self, side: Side, t: Array) -> tuple[Array, Array]:
        roll = FootRoll(
            self.standing_s(side), self.cycle_s, self.speed_m_s, self.ahead_m, self.strike_deg
        )
        return roll.at((t - self.first_s(side)) % self.cycle_s)

    def _arm(self, side: Side, shoulder: Array, turn: Array, yaw: Array) -> dict[str, Array]:
        """An upper arm that swings against the leg of its side; the elbow keeps its angle."""
        forward = -SIGN[side] * np.cos(turn)
        upper = np.radians(-10.0 + self.arm_deg / 2 * forward - self.lean_deg)
        fore = upper + np.radians(180.0 - self.elbow_deg)
        inward = np.radians(self.cross_deg * np.clip(0.5 + forward / 2, 0.0, 1.0))
        elbow = shoulder + UPPER_ARM * _hanging(upper)
        level = np.cos(inward)[:, None] * _hanging(fore) - (SIGN[side] * np.sin(inward))[
            :, None
        ] * left(yaw)
        return {f"{side}_elbow": elbow, f"{side}_wrist": elbow + FOREARM * level}


def _hanging(swing: Array) -> Array:
    """Return the direction of a limb that hangs down at 0 and points ahead at 90 degrees."""
    return np.stack([np.sin(swing), -np.cos(swing), np.zeros_like(swing)], axis=1)


def _deep(plane: Array) -> Array:
    return np.concatenate([plane, np.zeros((len(plane), 1))], axis=1)
