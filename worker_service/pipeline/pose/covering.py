"""Paint people over, so that a landmarker finds the others."""

from collections.abc import Sequence
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from worker_service.pipeline.engine import Person, Picture
from worker_service.pipeline.pose import body

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
    return Picture(frame=picture.frame, t_s=picture.t_s, rgb=rgb)


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
