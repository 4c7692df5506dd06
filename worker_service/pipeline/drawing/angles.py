"""Angles of elbows, knees and hips, written beside the joint; as in the report, 180 = straight."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from worker_service.pipeline.drawing.bodies import Body
from worker_service.pipeline.drawing.canvas import Canvas
from worker_service.pipeline.drawing.scene import Scene
from worker_service.pipeline.metrics.geometry import joint_angle_deg

JOINTS = (
    ("shoulder", "elbow", "wrist"),
    ("hip", "knee", "ankle"),
    ("shoulder", "hip", "knee"),
)

CLEAR = 0.5
"""An angle between limbs that are seen less well is not shown."""

OUTWARD = 0.75
"""From the joint to its label's middle, as a part of the label's width."""

LEAST_PX = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class _Angle:
    seen: float
    text: str
    at: NDArray[np.float64]
    outward: NDArray[np.float64]


class JointAngles:
    """Best-seen joints first; a label that would cover another one is left out."""

    def draw(self, canvas: Canvas, scene: Scene) -> None:
        if scene.body is None:
            return
        for angle in sorted(_angles(scene.body), key=lambda angle: -angle.seen):
            centre = angle.at + angle.outward * OUTWARD * canvas.chip_size(angle.text)[0]
            if canvas.is_free(angle.text, centre):
                canvas.chip(angle.text, centre)


def _angles(body: Body) -> Iterator[_Angle]:
    for side in ("left", "right"):
        for parts in JOINTS:
            names = [f"{side}_{part}" for part in parts]
            seen = body.seen(*names)
            if seen >= CLEAR:
                first, joint, last = (body.point(name) for name in names)
                degrees = float(joint_angle_deg(first, joint, last))
                yield _Angle(seen, f"{degrees:.0f}°", joint, _outward(first, joint, last))


def _outward(
    first: NDArray[np.float64], joint: NDArray[np.float64], last: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(2,) direction away from the middle of both limbs; sideways where they are straight."""
    away = 2 * joint - first - last
    along = last - first
    across = np.array([abs(along[1]), -along[0] * np.sign(along[1] or 1.0)])
    length = float(np.linalg.norm(along))
    away = away if np.linalg.norm(away) > 0.1 * length else across
    return np.asarray(away / max(float(np.linalg.norm(away)), LEAST_PX))
