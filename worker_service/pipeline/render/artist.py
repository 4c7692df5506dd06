"""Draws one picture after the other, as the coach asked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from shared.renditions.document import RenderOptions
from shared.results import Event
from worker_service.pipeline.drawing.angles import JointAngles
from worker_service.pipeline.drawing.bodies import Bodies
from worker_service.pipeline.drawing.box import BoundingBox, Confidence
from worker_service.pipeline.drawing.canvas import Canvas, fine_line_px
from worker_service.pipeline.drawing.keypoints import KeyPoints
from worker_service.pipeline.drawing.scene import Annotator, Scene
from worker_service.pipeline.drawing.skeleton import SkeletonLines
from worker_service.pipeline.engine import Picture
from worker_service.pipeline.render.captions import EventCaption
from worker_service.pipeline.render.faces import covered
from worker_service.pipeline.render.heads import Heads
from worker_service.pipeline.track import PoseTrack

BY_OPTION: dict[str, Callable[[], Annotator]] = {
    "show_bbox": BoundingBox,
    "show_skeleton": SkeletonLines,
    "show_keypoints": KeyPoints,
    "show_confidence": Confidence,
    "show_angles": JointAngles,
}
"""What lies on top comes last; the caption of events always does."""

BODY_UNITS = 150.0
"""A small athlete is drawn finely: a line of width 1 is at most this part of trunk and leg, …"""

FINEST = 0.4
"""… but at least this part of what it is in the picture."""


@dataclass(frozen=True, slots=True)
class Artist:
    """Everything that is drawn into the pictures of one video.

    Attributes:
        heads: None where faces stay as they are.
        annotators: of the body.
        fine_px, body_px: how wide a fine line is, on the picture and on the body.
    """

    bodies: Bodies
    heads: Heads | None
    annotators: Sequence[Annotator]
    caption: EventCaption
    fine_px: float
    body_px: float

    @classmethod
    def of(
        cls,
        track: PoseTrack,
        events: Sequence[Event],
        options: RenderOptions,
        size: tuple[int, int],
    ) -> "Artist":
        """Return who draws what the options ask for, into pictures of this width and height."""
        bodies, fine_px = Bodies(track, *size), fine_line_px(*size)
        return cls(
            bodies=bodies,
            heads=Heads(track, *size) if options.blur_faces else None,
            annotators=[make() for option, make in BY_OPTION.items() if getattr(options, option)],
            caption=EventCaption(events),
            fine_px=fine_px,
            body_px=max(FINEST * fine_px, min(fine_px, bodies.usual_length_px / BODY_UNITS)),
        )

    def cleared(self, picture: Picture) -> Picture:
        """Return the picture as every rendition begins from it: with the face covered if asked."""
        head = self.heads.at(picture.t_s) if self.heads else None
        rgb = covered(picture.rgb, head) if head else picture.rgb
        return replace(picture, rgb=rgb, closer=None)

    def drawn(self, picture: Picture) -> NDArray[np.uint8]:
        """Return a cleared picture with everything drawn in."""
        rgb = picture.rgb.copy()
        scene = Scene(picture.t_s, self.bodies.at(picture.t_s))
        canvas = Canvas(rgb, self.body_px)
        for annotator in self.annotators:
            annotator.draw(canvas, scene)
        self.caption.draw(Canvas(rgb, self.fine_px), scene)
        return rgb
