"""Spot pictures that only repeat the one before them.

Phones, editors and pull-down pad a clip with copies. A copy is a sample of the wrong moment: it
makes the athlete stand still for a picture and then jump.
"""

from collections import deque
from statistics import median

import cv2
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from worker_service.pipeline.video.shrink import rows_of

ROWS = 24
"""So many rows, spread over the picture, are plenty to tell a copy."""

HISTORY = 15
ENOUGH_HISTORY = 4

COPY = 0.08
"""A copy differs from its original by less than this part of what pictures here usually differ
by: 0.02 after H.264 on our clips, against 0.2 and more for a slow moment."""

IN_A_ROW = 2
"""More equal pictures than this in a row are somebody keeping still."""


class RepeatSpotter:
    """Compares each picture with the one before; knows nothing for the first few."""

    def __init__(self) -> None:
        self._last: NDArray[np.uint8] | None = None
        self._changes: deque[float] = deque(maxlen=HISTORY)
        self._in_a_row = 0

    def is_repeat(self, picture: VideoFrame) -> bool:
        """Whether this picture is a copy of the one given before it."""
        luma = _some_luma(picture)
        last, self._last = self._last, luma
        if luma is None or last is None or luma.shape != last.shape:
            return False
        change = cv2.norm(luma, last, cv2.NORM_L1) / luma.size
        usual = median(self._changes) if self._changes else 0.0
        alike = len(self._changes) >= ENOUGH_HISTORY and change < COPY * usual
        self._changes.append(change)
        self._in_a_row = self._in_a_row + 1 if alike else 0
        return alike and self._in_a_row <= IN_A_ROW


def _some_luma(picture: VideoFrame) -> NDArray[np.uint8] | None:
    """Some rows of the brightness; None where it does not lie in a plane of bytes."""
    first = picture.format.components[0]
    if not picture.format.is_planar or picture.format.is_rgb or first.bits != 8:  # noqa: PLR2004
        return None
    plane = picture.planes[0]
    return rows_of(plane)[:: max(1, plane.height // ROWS)].copy()
