"""How a runner's foot meets the ground, rolls over it, leaves it and swings; metres, degrees.

Everything is in the plane of running: x ahead, y up. A foot is a rigid heel, ankle and toe.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

Array = NDArray[np.float64]

HEEL, TOE = np.array([-0.05, -0.06]), np.array([0.15, -0.06])
"""From the ankle, with the sole flat on the ground."""

FLAT_FROM, FLAT_UNTIL = 0.15, 0.45
"""Shares of the contact between which the whole sole stands."""

PUSH_OFF_DEG = 52.0
LANDING_DEG_S = np.array(-60.0)
LANDING_M_S = (0.6, -0.7)
"""How the ankle still moves over the ground just before contact."""


def turned(vector: Array, pitch_deg: Array) -> Array:
    """Turn a vector of the foot with the toes up by a pitch."""
    turn = np.radians(pitch_deg)
    x = vector[0] * np.cos(turn) - vector[1] * np.sin(turn)
    y = vector[0] * np.sin(turn) + vector[1] * np.cos(turn)
    return np.stack([x, y], axis=-1)


@dataclass(frozen=True)
class FootRoll:
    """One foot's cycle from contact to contact.

    Attributes:
        ahead_m: ankle ahead of the hips at contact.
        strike_deg: pitch of the sole at contact; above 0 the heel lands first, below the toe.
    """

    contact_s: float
    cycle_s: float
    speed_m_s: float
    ahead_m: float
    strike_deg: float

    def at(self, since_contact_s: Array) -> tuple[Array, Array]:
        """Return the ankle (n, 2), x from the hips and y from the ground, and the sole's pitch."""
        stands = since_contact_s <= self.contact_s
        ankle, pitch = self._stance(since_contact_s)
        swing_ankle, swing_pitch = self._swing(since_contact_s)
        return np.where(stands[:, None], ankle, swing_ankle), np.where(stands, pitch, swing_pitch)

    def _stance(self, s: Array) -> tuple[Array, Array]:
        """Heel or toe stay where they are: nothing slides but the ground under the hips."""
        u = s / self.contact_s
        landing = self.strike_deg * np.clip(1.0 - u / FLAT_FROM, 0.0, 1.0) ** 2
        rolled = np.clip((u - FLAT_UNTIL) / (1.0 - FLAT_UNTIL), 0.0, None)
        pitch = landing - PUSH_OFF_DEG * rolled**1.6
        about_toe = TOE - turned(TOE, pitch)
        about_heel = HEEL - turned(HEEL, pitch)
        rolling = np.where((pitch > 0)[:, None], about_heel, about_toe)
        start = self._landing_offset()
        ankle = np.array([self.ahead_m - start[0], -HEEL[1]]) + rolling
        ankle[:, 0] -= self.speed_m_s * s
        return ankle, pitch

    def _landing_offset(self) -> Array:
        pivot = HEEL if self.strike_deg > 0 else TOE
        return np.asarray(pivot - turned(pivot, np.array(self.strike_deg)))

    def _swing(self, s: Array) -> tuple[Array, Array]:
        step = 1e-4
        (before, leaving), (pitch_before, pitch_leaving) = self._stance(
            np.array([self.contact_s - step, self.contact_s])
        )
        (landing,), (pitch_landing,) = self._stance(np.zeros(1))
        swing_s = self.cycle_s - self.contact_s
        nodes_s = np.array([0.0, 0.32, 0.62, 0.87, 1.0]) * swing_s
        path = [
            leaving,
            [-0.36, 0.40],
            [0.10, 0.30],
            [self.ahead_m + 0.09, 0.13],
            landing,
        ]
        pitches = [pitch_leaving, -88.0, -38.0, self.strike_deg + 4.0, pitch_landing]
        leaves_m_s = (leaving - before) / step
        lands_m_s = np.array([LANDING_M_S[0] - self.speed_m_s, LANDING_M_S[1]])
        leaves_deg_s = np.array((pitch_leaving - pitch_before) / step)
        inside = np.clip(s - self.contact_s, 0.0, swing_s)
        ankle = CubicSpline(nodes_s, path, bc_type=((1, leaves_m_s), (1, lands_m_s)))(inside)
        pitch = CubicSpline(nodes_s, pitches, bc_type=((1, leaves_deg_s), (1, LANDING_DEG_S)))(
            inside
        )
        return np.asarray(ankle), np.asarray(pitch)
