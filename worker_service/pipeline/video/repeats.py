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
"""What is usual is told from so many changes before a picture."""

COPY = 0.08
"""A copy differs from its original by less than this part of what pictures here usually differ
by: 0.02 after H.264 on our clips, against 0.2 and more for a slow moment."""

LARGE = 3
"""There is always so much movement in `HISTORY` as its change of this rank, be most of the pictures
copies; the largest two may be a flash or a cut."""

IN_A_ROW = 3
"""More equal pictures than this in a row are somebody keeping still; so many are slow motion of a
quarter of the speed."""


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
        alike = change < COPY * self._usual()
        self._changes.append(change)
        self._in_a_row = self._in_a_row + 1 if alike else 0
        return alike and self._in_a_row <= IN_A_ROW

    def _usual(self) -> float:
        """How much pictures here differ that are no copies; 0 while too few are known."""
        if len(self._changes) < LARGE:
            return 0.0
        large = sorted(self._changes)[-LARGE]
        return median(change for change in self._changes if change >= COPY * large)


def _some_luma(picture: VideoFrame) -> NDArray[np.uint8] | None:
    """Some rows of the brightness; None where it does not lie in a plane of bytes."""
    first = picture.format.components[0]
    if not picture.format.is_planar or picture.format.is_rgb or first.bits != 8:  # noqa: PLR2004
        return None
    plane = picture.planes[0]
    return rows_of(plane)[:: max(1, plane.height // ROWS)].copy()
