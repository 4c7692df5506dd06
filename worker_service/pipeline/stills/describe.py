"""Somebody who was found, as the results tell it."""

import numpy as np
from numpy.typing import NDArray

from shared.results import Reason
from shared.stills.document import Box, Landmark, StillAngle, StillPerson
from worker_service.pipeline.metrics.geometry import joint_angle_deg
from worker_service.pipeline.metrics.sight import MIN_VISIBILITY
from worker_service.pipeline.stills.look import Found, confidence
from worker_service.pipeline.track import INDEX, LANDMARKS

JOINTS = {
    "elbow": ("shoulder", "elbow", "wrist"),
    "shoulder": ("elbow", "shoulder", "hip"),
    "hip": ("shoulder", "hip", "knee"),
    "knee": ("hip", "knee", "ankle"),
}
"""Each angle with the landmarks it lies between, the joint in the middle."""

PIXEL_DECIMALS, ANGLE_DECIMALS, VISIBILITY_DECIMALS = 1, 1, 2


def described(found: Found) -> StillPerson:
    """Return box, landmarks and angles, rounded to what they are worth."""
    visibility = found.person.visibility.clip(0.0, 1.0)
    width_px, height_px = (found.high_px - found.low_px).tolist()
    return StillPerson(
        box=Box(
            x_px=_pixel(found.low_px[0]),
            y_px=_pixel(found.low_px[1]),
            width_px=_pixel(width_px),
            height_px=_pixel(height_px),
        ),
        confidence=round(confidence(found.person), VISIBILITY_DECIMALS),
        landmarks={
            name: Landmark(
                x_px=_pixel(x),
                y_px=_pixel(y),
                visibility=round(float(visibility[INDEX[name]]), VISIBILITY_DECIMALS),
            )
            for name, (x, y) in zip(LANDMARKS, found.xy_px.tolist(), strict=True)
        },
        angles_deg={
            f"{side}_{joint}": _angle(found.xy_px, visibility, [f"{side}_{part}" for part in parts])
            for side in ("left", "right")
            for joint, parts in JOINTS.items()
        },
    )


def _angle(
    xy_px: NDArray[np.float64], visibility: NDArray[np.float64], names: list[str]
) -> StillAngle:
    points = [INDEX[name] for name in names]
    if visibility[points].min() < MIN_VISIBILITY:
        return StillAngle(value=None, reason=Reason.LANDMARKS_HIDDEN)
    first, joint, last = xy_px[points]
    return StillAngle(value=round(float(joint_angle_deg(first, joint, last)), ANGLE_DECIMALS))


def _pixel(value: float) -> float:
    return round(float(value), PIXEL_DECIMALS)
