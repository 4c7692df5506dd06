"""What there is to draw at one moment, and who draws it."""

from dataclasses import dataclass
from typing import Protocol

from worker_service.pipeline.drawing.bodies import Body
from worker_service.pipeline.drawing.canvas import Canvas


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One moment of the video; `body` is None while the athlete is not seen."""

    t_s: float
    body: Body | None


class Annotator(Protocol):
    """Draws one thing."""

    def draw(self, canvas: Canvas, scene: Scene) -> None:
        """Draw it into the picture, where the scene has it."""
        ...
