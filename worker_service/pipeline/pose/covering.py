"""Paint people over, so that a landmarker finds the others."""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from worker_service.pipeline.engine import Box, Closer, Person, Picture
from worker_service.pipeline.pose import body
from worker_service.pipeline.pose.crop import in_crop

MARGIN = 0.12
"""How far beyond the landmarks a body is covered, in body lengths: clothes, hair, the outline."""


def without(picture: Picture, people: Sequence[Person]) -> Picture:
    """Return the picture with these people painted over in its mean colour.

    MediaPipe melts two people who stand close into one who is neither of them; with one
    covered it sees the other clearly.
    """
    if not people:
        return picture
    rgb = picture.rgb.copy()
    colour = cast("tuple[float, ...]", tuple(rgb[::16, ::16].mean(axis=(0, 1)).tolist()))
    for person in people:
        _cover(rgb, pixels(person, picture), colour)
    closer = _without_closer(picture.closer, people, colour) if picture.closer else None
    return replace(picture, rgb=rgb, closer=closer)


def _without_closer(look: Closer, people: Sequence[Person], colour: tuple[float, ...]) -> Closer:
    """Paint people over in close-ups too."""

    def closer(box: Box, long_side_px: int) -> NDArray[np.uint8]:
        rgb = look(box, long_side_px)
        height, width, _ = rgb.shape
        for person in people:
            _cover(rgb, in_crop(person, box).xy * [width, height], colour)
        return rgb

    return closer


def covered(people: Sequence[Person], width: int, height: int) -> NDArray[np.bool_]:
    """(height, width) where `without` would paint, for a picture of this size."""
    paint = np.zeros((height, width), dtype=np.uint8)
    for person in people:
        _cover(paint, person.xy * [width, height], (1.0,))
    return paint.astype(np.bool_)


def pixels(person: Person, picture: Picture) -> NDArray[np.float64]:
    """(33, 2) landmarks in pixels of this picture."""
    height, width, _ = picture.rgb.shape
    return person.xy * [width, height]


def _cover(rgb: NDArray[np.uint8], xy_px: NDArray[np.float64], colour: tuple[float, ...]) -> None:
    """Fill the convex hull of a body and a margin around it, in place."""
    hull = cv2.convexHull(np.round(xy_px).astype(np.int32).reshape(-1, 1, 2))
    cv2.fillConvexPoly(rgb, hull, colour)
    margin_px = max(1, round(2 * MARGIN * float(body.length(xy_px))))
    cv2.polylines(rgb, [hull], isClosed=True, color=colour, thickness=margin_px)
