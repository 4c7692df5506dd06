"""Decoded pictures to small RGB ones."""

from typing import cast

import av.error
import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from av.video.reformatter import ColorRange
from numpy.typing import NDArray

from shared.errors import VideoUnreadable


def small_rgb(picture: VideoFrame, width: int, height: int) -> NDArray[np.uint8]:
    """Return (height, width, 3) uint8, averaged over the area each new pixel covers.

    `width` and `height` must be even. The usual phone format is scaled plane by plane before it
    becomes RGB, five times as fast as FFmpeg's scaler at 1080p; all others go through that.

    Raises:
        VideoUnreadable: FFmpeg has no conversion for this pixel format.
    """
    if is_usual(picture):
        return _from_planes(picture, width, height)
    try:
        scaled = picture.reformat(width=width, height=height, format="rgb24", interpolation="AREA")
    except av.error.FFmpegError as error:
        raise VideoUnreadable from error
    return cast("NDArray[np.uint8]", scaled.to_ndarray())


def is_usual(picture: VideoFrame) -> bool:
    """Whether a picture is as phones write them: three planes, colour at half the resolution."""
    return bool(picture.format.name == "yuv420p" and picture.color_range != ColorRange.JPEG)


def rows_of(plane: VideoPlane) -> NDArray[np.uint8]:
    """(h, w) view of a plane, valid as long as its picture."""
    rows = np.frombuffer(memoryview(plane), dtype=np.uint8).reshape(-1, plane.line_size)
    return rows[: plane.height, : plane.width]


def _from_planes(picture: VideoFrame, width: int, height: int) -> NDArray[np.uint8]:
    luma, blue, red = picture.planes
    stacked = np.empty((height * 3 // 2, width), dtype=np.uint8)
    colour = stacked[height:].reshape(2, height // 2, width // 2)
    _scale(rows_of(luma), stacked[:height])
    _scale(rows_of(blue), colour[0])
    _scale(rows_of(red), colour[1])
    return cast("NDArray[np.uint8]", cv2.cvtColor(stacked, cv2.COLOR_YUV2RGB_I420))


def _scale(rows: NDArray[np.uint8], smaller: NDArray[np.uint8]) -> None:
    """Scale a plane into another one: halve it, for which OpenCV is quickest, then do the rest."""
    height, width = smaller.shape
    while rows.shape[0] >= 2 * height and rows.shape[1] >= 2 * width:
        half = smaller if rows.shape == (2 * height, 2 * width) else None
        size = rows.shape[1] // 2, rows.shape[0] // 2
        rows = cast("NDArray[np.uint8]", cv2.resize(rows, size, half, interpolation=cv2.INTER_AREA))
    if rows.shape != smaller.shape:
        cv2.resize(rows, (width, height), smaller, interpolation=cv2.INTER_AREA)
    elif not np.may_share_memory(rows, smaller):
        smaller[:] = rows
