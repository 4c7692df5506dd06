"""The body's centre of mass in the picture, from its segments: what falls freely in a jump."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from worker_service.pipeline.signals.motion import Motion


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of one side of the body: its share of all mass, and where along it that lies."""

    upper: str
    lower: str
    mass: float
    centre: float


LIMBS = (
    Segment("shoulder", "elbow", mass=0.028, centre=0.436),
    Segment("elbow", "wrist", mass=0.022, centre=0.682),
    Segment("hip", "knee", mass=0.100, centre=0.433),
    Segment("knee", "ankle", mass=0.061, centre=0.606),
)
"""Hands count with forearms and feet with shanks (Winter, Biomechanics, 4th ed., table 4.1)."""

TRUNK_MASS, HEAD_MASS = 0.497, 0.081


def centre_of_mass(motion: "Motion") -> "NDArray[np.float64]":
    """(m, 2) pixels; NaN where any joint is unknown."""
    trunk = (motion.middle("shoulder") + motion.middle("hip")) / 2.0
    total = TRUNK_MASS * trunk + HEAD_MASS * motion.middle("ear")
    for limb in LIMBS:
        upper, lower = motion.middle(limb.upper), motion.middle(limb.lower)
        total += 2.0 * limb.mass * (upper + limb.centre * (lower - upper))
    return np.asarray(total)
