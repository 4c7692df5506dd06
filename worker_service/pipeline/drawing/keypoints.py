"""The joints as points: blue on the athlete's left, orange on the right."""

import numpy as np

from worker_service.pipeline.drawing.canvas import INK, LEFT, RIGHT, WHITE, Canvas, Colour
from worker_service.pipeline.drawing.scene import Scene

_PARTS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle", "heel", "foot_index")

POINTS: dict[str, Colour] = {
    "nose": WHITE,
    **{f"left_{part}": LEFT for part in _PARTS},
    **{f"right_{part}": RIGHT for part in _PARTS},
}

RIM_UNITS, DISC_UNITS, CORE_UNITS = 4.0, 3.3, 1.5


class KeyPoints:
    """Nose, joints and feet; fingers, eyes and ears would only hide the athlete."""

    def draw(self, canvas: Canvas, scene: Scene) -> None:
        if scene.body is None:
            return
        for name, colour in POINTS.items():
            at = scene.body.point(name)
            if np.isfinite(at).all():
                canvas.disc(at, INK, RIM_UNITS)
                canvas.disc(at, colour, DISC_UNITS)
                canvas.disc(at, WHITE, CORE_UNITS)
