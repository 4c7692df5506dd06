"""The frame around the athlete, and how surely that is one."""

from dataclasses import dataclass

import numpy as np

from worker_service.pipeline.drawing.bodies import Body
from worker_service.pipeline.drawing.canvas import INK, WHITE, Canvas, colour_of
from worker_service.pipeline.drawing.scene import Scene
from worker_service.pipeline.pose.body import clarity

MARGIN = 0.08
"""Around the landmarks, as a part of the box's longer side: hair and shoes have none."""

CORNER = 0.18
"""Length of a corner's arms, as a part of the box's shorter side."""

LINE_UNITS, RIM_UNITS = 1.8, 3.4


@dataclass(frozen=True, slots=True)
class Extent:
    """A box in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def of(cls, body: Body) -> "Extent":
        """Return the box of a body, with its margin."""
        (left, top), (right, bottom) = np.nanmin(body.xy_px, axis=0), np.nanmax(body.xy_px, axis=0)
        margin = MARGIN * max(right - left, bottom - top)
        return cls(left - margin, top - margin, right + margin, bottom + margin)


class BoundingBox:
    """Four corners around the athlete."""

    def draw(self, canvas: Canvas, scene: Scene) -> None:
        if scene.body is None:
            return
        box = Extent.of(scene.body)
        arm = CORNER * min(box.right - box.left, box.bottom - box.top)
        for colour, units in ((INK, RIM_UNITS), (WHITE, LINE_UNITS)):
            for x, inward_x in ((box.left, arm), (box.right, -arm)):
                for y, inward_y in ((box.top, arm), (box.bottom, -arm)):
                    corner = np.array([x, y])
                    canvas.line(corner, corner + [inward_x, 0.0], colour, units)
                    canvas.line(corner, corner + [0.0, inward_y], colour, units)


class Confidence:
    """How clearly the athlete's joints are seen, in percent, above the head."""

    def draw(self, canvas: Canvas, scene: Scene) -> None:
        if scene.body is None:
            return
        box, seen = Extent.of(scene.body), clarity(scene.body.visibility)
        text = f"{100 * seen:.0f} %"
        _, height = canvas.chip_size(text)
        above = np.array([(box.left + box.right) / 2, box.top - 0.7 * height])
        canvas.chip(text, above, colour_of(seen))
