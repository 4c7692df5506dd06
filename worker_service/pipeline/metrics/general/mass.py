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

HEAD_MASS = 0.081
"""The trunk has the rest."""


def centre_of_mass(motion: "Motion") -> "NDArray[np.float64]":
    """(m, 2) pixels; NaN where the trunk or a leg is unknown.

    An arm or a head that is lost for a while goes on evenly beside the trunk from where it was
    last seen to where it is seen next: it weighs too little to be worth losing the body for.
    """
    trunk = (motion.middle("shoulder") + motion.middle("hip")) / 2.0
    total = trunk + HEAD_MASS * _bridged(motion.t_s, motion.middle("ear") - trunk)
    for limb in LIMBS:
        upper, lower = motion.middle(limb.upper), motion.middle(limb.lower)
        beside = upper + limb.centre * (lower - upper) - trunk
        is_leg = limb.upper == "hip" or limb.lower == "ankle"
        total += 2.0 * limb.mass * (beside if is_leg else _bridged(motion.t_s, beside))
    return np.asarray(total)


def _bridged(t_s: "NDArray[np.float64]", beside: "NDArray[np.float64]") -> "NDArray[np.float64]":
    known = np.isfinite(beside).all(axis=1)
    if known.all() or not known.any():
        return beside
    return np.stack([np.interp(t_s, t_s[known], axis[known]) for axis in beside.T], axis=1)
