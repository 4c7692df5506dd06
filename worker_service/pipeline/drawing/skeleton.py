"""The bones, in the colour of how surely they were seen."""

from worker_service.pipeline.drawing.canvas import INK, Canvas, colour_of
from worker_service.pipeline.drawing.scene import Scene

_HALF = (
    ("shoulder", "elbow"),
    ("elbow", "wrist"),
    ("shoulder", "hip"),
    ("hip", "knee"),
    ("knee", "ankle"),
    ("ankle", "heel"),
    ("heel", "foot_index"),
    ("ankle", "foot_index"),
)

BONES = (
    ("left_shoulder", "right_shoulder"),
    ("left_hip", "right_hip"),
    *((f"{side}_{a}", f"{side}_{b}") for side in ("left", "right") for a, b in _HALF),
)

LINE_UNITS, RIM_UNITS = 2.4, 4.4


class SkeletonLines:
    """Every bone whose two ends are known, on a dark rim; what is seen best lies on top."""

    def draw(self, canvas: Canvas, scene: Scene) -> None:
        if scene.body is None:
            return
        body = scene.body
        known = sorted((seen, bone) for bone in BONES if (seen := body.seen(*bone)) > 0)
        for _, (start, end) in known:
            canvas.line(body.point(start), body.point(end), INK, RIM_UNITS)
        for seen, (start, end) in known:
            canvas.line(body.point(start), body.point(end), colour_of(seen), LINE_UNITS)
