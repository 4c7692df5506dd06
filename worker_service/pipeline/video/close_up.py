"""Part of a decoded picture in its own resolution."""

from typing import cast

import av.error
import cv2
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from shared.errors import VideoUnreadable
from worker_service.pipeline.engine import Box
from worker_service.pipeline.video.shrink import is_usual, rows_of


def close_up(picture: VideoFrame, box: Box, long_side_px: int) -> NDArray[np.uint8]:
    """Return what lies in a box of the stored picture as (h, w, 3) RGB, scaled down if need be.

    The box is cut off at the picture's edges and is at least one pixel wide and high.

    Raises:
        VideoUnreadable: FFmpeg has no conversion for this pixel format.
    """
    across = _pixels(box.x, box.width, picture.width)
    down = _pixels(box.y, box.height, picture.height)
    part = _usual(picture, across, down) if is_usual(picture) else _any(picture, across, down)
    scale = long_side_px / max(part.shape[:2])
    if scale >= 1:
        return part
    height, width, _ = part.shape
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cast("NDArray[np.uint8]", cv2.resize(part, size, interpolation=cv2.INTER_AREA))


def _pixels(start: float, length: float, size: int) -> slice:
    """Whole pixels nearest to a stretch given in fractions."""
    first = min(max(round(start * size), 0), size - 1)
    last = min(max(round((start + length) * size), first + 1), size)
    return slice(first, last)


def _usual(picture: VideoFrame, across: slice, down: slice) -> NDArray[np.uint8]:
    """Convert only what is looked at; colour comes in blocks of two by two pixels."""
    left, top = across.start // 2, down.start // 2
    columns, lines = -(-across.stop // 2) - left, -(-down.stop // 2) - top
    luma, blue, red = (rows_of(plane) for plane in picture.planes)
    cut = luma[2 * top : 2 * (top + lines), 2 * left : 2 * (left + columns)]
    beyond = 2 * lines - cut.shape[0], 2 * columns - cut.shape[1]
    colour = slice(top, top + lines), slice(left, left + columns)
    flat = [np.pad(cut, [(0, n) for n in beyond], mode="edge"), blue[colour], red[colour]]
    stacked = np.concatenate([plane.reshape(-1) for plane in flat]).reshape(-1, 2 * columns)
    rgb = cv2.cvtColor(stacked, cv2.COLOR_YUV2RGB_I420)
    asked = rgb[down.start - 2 * top : down.stop - 2 * top]
    return np.ascontiguousarray(asked[:, across.start - 2 * left : across.stop - 2 * left])


def _any(picture: VideoFrame, across: slice, down: slice) -> NDArray[np.uint8]:
    try:
        rgb = picture.to_ndarray(format="rgb24")
    except (av.error.FFmpegError, ValueError) as error:
        raise VideoUnreadable from error
    return np.ascontiguousarray(rgb[down, across])
