"""Joint angles over the stride, averaged over all strides of a side."""

from typing import TYPE_CHECKING

import numpy as np

from shared.results import CycleCurve, Side
from worker_service.pipeline.metrics.scene import Scene, Window

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from worker_service.pipeline.metrics.running.body import RunningBody
    from worker_service.pipeline.metrics.running.strides import Stride

PERCENT = np.linspace(0.0, 100.0, 51)
"""From one contact of the side's foot to its next."""

FEWEST = 3
"""A mean with a spread needs this many strides of a side."""

JOINTS = {
    "hip": ("shoulder", "hip", "knee"),
    "knee": ("hip", "knee", "ankle"),
    "ankle": ("knee", "ankle", "foot_index"),
    "elbow": ("shoulder", "elbow", "wrist"),
}
"""Each joint with the landmarks that must be seen for it."""

MEASURED_LIKE = "knee_in_stance"
"""The metric whose view and rate a joint's curve needs."""


def joint_angles(
    scene: Scene, body: "RunningBody", strides: "list[Stride]"
) -> dict[str, CycleCurve]:
    """Return mean and spread by `<side>_<joint>`; a joint that was not seen well has none."""
    curves = {}
    for side in Side:
        own = [stride for stride in strides if stride.side is side]
        for joint, parts in JOINTS.items():
            landmarks = tuple(f"{side}_{part}" for part in parts)
            seen = [stride for stride in own if _is_seen(scene, stride, landmarks)]
            curve = _curve(body.t_s, getattr(body.limbs[side], joint), seen)
            if curve is not None:
                curves[f"{side}_{joint}"] = curve
    return curves


def _is_seen(scene: Scene, stride: "Stride", landmarks: tuple[str, ...]) -> bool:
    whole = Window(stride.contact_s, stride.end_s)
    return scene.refusal(MEASURED_LIKE, landmarks, whole) is None


def _curve(
    t_s: "NDArray[np.float64]", angle: "NDArray[np.float64]", strides: "list[Stride]"
) -> CycleCurve | None:
    cycles = [
        np.interp(s.contact_s + (s.end_s - s.contact_s) * PERCENT / 100.0, t_s, angle)
        for s in strides
    ]
    whole = np.array([cycle for cycle in cycles if np.isfinite(cycle).all()])
    if len(whole) < FEWEST:
        return None
    return CycleCurve(
        percent=PERCENT.tolist(),
        mean=np.round(whole.mean(axis=0), 2).tolist(),
        sd=np.round(whole.std(axis=0, ddof=1), 2).tolist(),
        n=len(whole),
        unit="deg",
    )
