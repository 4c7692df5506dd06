"""Make a face unrecognisable."""

import cv2
import numpy as np
from numpy.typing import NDArray

from worker_service.pipeline.render.heads import Head

GRAINS = 6
"""What is left of a face: so many patches of colour across it. Nothing brings back the rest."""

WIDTH = 0.85
"""Of a head, as a part of its height."""


def covered(rgb: NDArray[np.uint8], head: Head) -> NDArray[np.uint8]:
    """Return the picture with the head's ellipse blurred."""
    height, width, _ = rgb.shape
    half = head.half_height_px
    left, right = _within(head.x_px - half, head.x_px + half, width)
    top, bottom = _within(head.y_px - half, head.y_px + half, height)
    if right <= left or bottom <= top:
        return rgb
    result = rgb.copy()
    part = result[top:bottom, left:right]
    coarse = cv2.resize(part, (GRAINS, GRAINS), interpolation=cv2.INTER_AREA)
    size = right - left, bottom - top
    blurred = cv2.resize(coarse, size, interpolation=cv2.INTER_LINEAR)
    ellipse = np.zeros((bottom - top, right - left), np.uint8)
    centre = round(head.x_px) - left, round(head.y_px) - top
    axes = max(1, round(WIDTH * half)), max(1, round(half))
    cv2.ellipse(ellipse, centre, axes, head.lean_deg, 0, 360, 255, cv2.FILLED)
    part[ellipse > 0] = blurred[ellipse > 0]
    return result


def _within(first: float, last: float, size: int) -> tuple[int, int]:
    return max(0, int(np.floor(first))), min(size, int(np.ceil(last)))
