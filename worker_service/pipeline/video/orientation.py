"""Which way is up: the only place that turns pictures."""

from typing import Literal, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from worker_service.pipeline.engine import Box

Rotation = Literal[0, 90, 180, 270]
"""Degrees a stored picture must be turned clockwise to stand upright."""

QUARTER_TURN_DEG = 90

_TURNS = {
    90: cv2.ROTATE_90_CLOCKWISE,
    180: cv2.ROTATE_180,
    270: cv2.ROTATE_90_COUNTERCLOCKWISE,
}


def clockwise_rotation(display_matrix_deg: float) -> Rotation:
    """Turn PyAV's `frame.rotation` (counter-clockwise, -180..180) into our convention.

    Phones only write quarter turns; anything between is taken to the nearest one.
    """
    quarters = round(-display_matrix_deg / QUARTER_TURN_DEG)
    return cast("Rotation", quarters * QUARTER_TURN_DEG % 360)


def upright_size(width: int, height: int, rotation: Rotation) -> tuple[int, int]:
    """Width and height of a stored picture once it stands upright."""
    return (height, width) if rotation in {90, 270} else (width, height)


def stored_box(box: Box, rotation: Rotation) -> Box:
    """Where a box of the upright picture lies in the stored one."""
    right, below = 1.0 - box.x - box.width, 1.0 - box.y - box.height
    return {
        0: box,
        90: Box(box.y, right, box.height, box.width),
        180: Box(right, below, box.width, box.height),
        270: Box(below, box.x, box.height, box.width),
    }[rotation]


def upright(stored: "NDArray[np.uint8]", rotation: Rotation) -> "NDArray[np.uint8]":
    """Turn a stored (h, w, 3) picture upright; the result is contiguous."""
    if rotation == 0:
        return np.ascontiguousarray(stored)
    return cast("NDArray[np.uint8]", cv2.rotate(stored, _TURNS[rotation]))
