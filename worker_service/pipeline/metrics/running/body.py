"""A runner's joints and lines over time, signed by the direction of running."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from shared.results import Side
from worker_service.pipeline.metrics.geometry import joint_angle_deg, lean_deg, swing_deg
from worker_service.pipeline.signals.derivatives import unwrapped_deg
from worker_service.pipeline.signals.filters import zero_lag_lowpass
from worker_service.pipeline.signals.known import median

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from worker_service.pipeline.signals.motion import Motion

GAIT_HZ = 6.0
"""What an arm swings with lies below; the range of anything quicker is jitter."""


@dataclass(frozen=True, slots=True, eq=False)
class Limbs:
    """One side of a runner on the even clock, degrees and pixels.

    Attributes:
        knee, ankle, elbow: (m,) angle between the segments, 180 = straight.
        hip: (m,) angle between trunk and thigh on the front of the body; above 180 the thigh is
            behind the trunk's line.
        shank: (m,) from the upright, positive with the ankle ahead of the knee.
        arm: (m,) upper arm from the trunk's line pointing down, positive ahead.
        reach_px: (m,) ankle ahead of the hip.
        crossing_px: (m,) wrist beyond the shoulders' middle towards the other side.
        leg_px: thigh and shank together.
    """

    knee: "NDArray[np.float64]"
    hip: "NDArray[np.float64]"
    ankle: "NDArray[np.float64]"
    elbow: "NDArray[np.float64]"
    shank: "NDArray[np.float64]"
    arm: "NDArray[np.float64]"
    reach_px: "NDArray[np.float64]"
    crossing_px: "NDArray[np.float64]"
    leg_px: float


@dataclass(frozen=True, slots=True, eq=False)
class RunningBody:
    """A runner on the even clock.

    Attributes:
        trunk: (m,) lean of the line from hips to shoulders, degrees, positive ahead.
        height_px: (m,) of the trunk's middle, upwards.
        shoulders_px: typical apparent width of the shoulders.
    """

    t_s: "NDArray[np.float64]"
    trunk: "NDArray[np.float64]"
    height_px: "NDArray[np.float64]"
    shoulders_px: float
    torso_px: float
    limbs: dict[Side, Limbs]

    @classmethod
    def of(cls, motion: "Motion") -> Self:
        hips, shoulders = motion.middle("hip"), motion.middle("shoulder")
        ahead = _ahead(motion)
        width = motion.point("left_shoulder") - motion.point("right_shoulder")
        return cls(
            t_s=motion.t_s,
            trunk=ahead * lean_deg(hips, shoulders),
            height_px=-(hips + shoulders)[:, 1] / 2.0,
            shoulders_px=median(np.linalg.norm(width, axis=1)),
            torso_px=motion.torso_px,
            limbs={side: _limbs(motion, side, ahead) for side in Side},
        )


def _ahead(motion: "Motion") -> float:
    """Return 1 for running towards the right of the picture, -1 towards the left: as toes point."""
    return float(np.sign(median((motion.middle("foot_index") - motion.middle("heel"))[:, 0])))


def _limbs(motion: "Motion", side: Side, ahead: float) -> Limbs:
    names = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle", "foot_index")
    shoulder, elbow, wrist, hip, knee, ankle, toe = (
        motion.point(f"{side}_{name}") for name in names
    )
    top, bottom = motion.middle("shoulder"), motion.middle("hip")
    arm = -ahead * unwrapped_deg(swing_deg(top, bottom, shoulder, elbow))
    inward = np.sign(median((top - shoulder)[:, 0]))
    return Limbs(
        knee=joint_angle_deg(hip, knee, ankle),
        hip=180.0 + ahead * swing_deg(top, bottom, hip, knee),
        ankle=joint_angle_deg(knee, ankle, toe),
        elbow=joint_angle_deg(shoulder, elbow, wrist),
        shank=-ahead * lean_deg(ankle, knee),
        arm=zero_lag_lowpass(motion.t_s, arm, GAIT_HZ),
        reach_px=ahead * (ankle - hip)[:, 0],
        crossing_px=inward * (wrist - top)[:, 0],
        leg_px=median(np.linalg.norm(hip - knee, axis=1) + np.linalg.norm(knee - ankle, axis=1)),
    )
