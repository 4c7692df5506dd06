"""The name of what is happening, while it happens."""

from collections.abc import Sequence

import numpy as np

from shared.results import Event
from worker_service.pipeline.drawing.box import Extent
from worker_service.pipeline.drawing.canvas import Canvas
from worker_service.pipeline.drawing.scene import Scene

NEAR_S = 0.15
"""How long before and after an event its caption stands."""

FROM_EDGE = 0.06
"""From the edge to a caption's middle, as a part of the picture's height."""

ABOVE = 1 - 2 * FROM_EDGE
"""An athlete who reaches lower has the caption at the top."""


class EventCaption:
    """The nearest event's name, at the bottom of the picture or where the feet are not."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._events = list(events)

    def draw(self, canvas: Canvas, scene: Scene) -> None:
        near = [event for event in self._events if abs(event.t_s - scene.t_s) <= NEAR_S]
        if not near:
            return
        event = min(near, key=lambda event: abs(event.t_s - scene.t_s))
        height, width, _ = canvas.rgb.shape
        hides_feet = scene.body is not None and Extent.of(scene.body).bottom > ABOVE * height
        across = FROM_EDGE if hides_feet else 1 - FROM_EDGE
        canvas.chip(caption(event), np.array([width / 2, across * height]))


def caption(event: Event) -> str:
    """Return an event in words: "Foot contact · left"."""
    name = event.type.value.replace("_", " ").capitalize()
    return f"{name} · {event.side.value}" if event.side else name
