"""The two pictures that are made of each: one with everybody drawn in, and a small one."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared.renditions.document import StoredFile
from worker_service.pipeline.drawing.angles import JointAngles
from worker_service.pipeline.drawing.bodies import VISIBLE, Body
from worker_service.pipeline.drawing.box import BoundingBox
from worker_service.pipeline.drawing.canvas import Canvas, fine_line_px
from worker_service.pipeline.drawing.keypoints import KeyPoints
from worker_service.pipeline.drawing.scene import Scene
from worker_service.pipeline.drawing.skeleton import SkeletonLines
from worker_service.pipeline.drawing.stored import stored_file
from worker_service.pipeline.render.key_frames import scaled_down, write_jpeg
from worker_service.pipeline.stills.look import Found

ANNOTATED_PX = 2048
THUMBNAIL_PX = 320
"""Long sides."""


def draw(
    rgb: NDArray[np.uint8], people: Sequence[Found], folder: Path, index: int
) -> tuple[StoredFile, StoredFile]:
    """Write `NNN-annotated.jpg` and `NNN-thumbnail.jpg`; describe both."""
    annotated = folder / f"{index:03d}-annotated.jpg"
    thumbnail = folder / f"{index:03d}-thumbnail.jpg"
    write_jpeg(_drawn(rgb, people), annotated)
    write_jpeg(scaled_down(rgb, THUMBNAIL_PX), thumbnail)
    return stored_file(annotated), stored_file(thumbnail)


def _drawn(rgb: NDArray[np.uint8], people: Sequence[Found]) -> NDArray[np.uint8]:
    smaller = np.ascontiguousarray(scaled_down(rgb, ANNOTATED_PX)).copy()
    height, width, _ = smaller.shape
    canvas = Canvas(smaller, fine_line_px(width, height))
    for found in reversed(people):  # the largest on top
        hidden = (found.person.visibility < VISIBLE)[:, None]
        xy_px = np.where(hidden, np.nan, found.person.xy * [width, height])
        if np.isfinite(xy_px).any():
            scene = Scene(0.0, Body(xy_px, found.person.visibility))
            for annotator in (BoundingBox(), SkeletonLines(), KeyPoints(), JointAngles()):
                annotator.draw(canvas, scene)
    return smaller
