"""Part of a picture as a picture of its own, and back."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from worker_service.pipeline.engine import Box, Person, Picture


def cropped(picture: Picture, box: Box, *, long_side_px: int) -> Picture:
    """Return what lies in a box, from the picture's source where it has one.

    The box must lie inside the picture. The crop can be looked at closer in turn.
    """
    if picture.closer is None:
        return replace(picture, rgb=_cut_out(picture.rgb, box))
    look = picture.closer

    def closer(inner: Box, inner_long_side_px: int) -> NDArray[np.uint8]:
        return look(_in_outer(inner, box), inner_long_side_px)

    return replace(picture, rgb=look(box, long_side_px), closer=closer)


def in_whole(person: Person, box: Box) -> Person:
    """Return a person found in a crop by the coordinates of the picture it was cut from."""
    return replace(person, xy=person.xy * [box.width, box.height] + [box.x, box.y])


def in_crop(person: Person, box: Box) -> Person:
    """Return a person of a picture by the coordinates of a crop."""
    return replace(person, xy=(person.xy - [box.x, box.y]) / [box.width, box.height])


def _in_outer(inner: Box, box: Box) -> Box:
    return Box(
        box.x + inner.x * box.width,
        box.y + inner.y * box.height,
        inner.width * box.width,
        inner.height * box.height,
    )


def _cut_out(rgb: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    height, width, _ = rgb.shape
    left, top = int(box.x * width), int(box.y * height)
    right = max(left + 1, round((box.x + box.width) * width))
    bottom = max(top + 1, round((box.y + box.height) * height))
    return np.ascontiguousarray(rgb[top:bottom, left:right])
