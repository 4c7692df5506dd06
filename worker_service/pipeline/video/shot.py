"""A decoded picture before and after it becomes small, upright RGB."""

from dataclasses import dataclass

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from worker_service.pipeline.engine import Box, Picture
from worker_service.pipeline.video.close_up import close_up
from worker_service.pipeline.video.orientation import stored_box, upright, upright_size
from worker_service.pipeline.video.probe import VideoInfo
from worker_service.pipeline.video.shrink import small_rgb

LONG_SIDE_PX = 960
"""Pictures are scaled down to this: the model looks at 224 and 256 pixels anyway."""


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """A decoded picture that may never be converted."""

    frame: int
    t_s: float
    pixels: VideoFrame


class Darkroom:
    """Makes the pictures of one clip from its shots."""

    def __init__(self, info: VideoInfo, long_side_px: int = LONG_SIDE_PX) -> None:
        """Prepare to scale pictures so that their long side is at most this."""
        self._stored_size = _scaled_stored_size(info, long_side_px)
        self._rotation_deg = info.rotation_deg

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of its pictures, both even."""
        return upright_size(*self._stored_size, self._rotation_deg)

    def picture(self, shot: Shot) -> Picture:
        """Return the shot upright and scaled down.

        Raises:
            VideoUnreadable: FFmpeg has no conversion for this pixel format.
        """
        stored = small_rgb(shot.pixels, *self._stored_size)

        def closer(box: Box, long_side_px: int) -> NDArray[np.uint8]:
            there = stored_box(box, self._rotation_deg)
            return upright(close_up(shot.pixels, there, long_side_px), self._rotation_deg)

        return Picture(shot.frame, shot.t_s, upright(stored, self._rotation_deg), closer)


def _scaled_stored_size(info: VideoInfo, long_side_px: int) -> tuple[int, int]:
    """Width and height of the scaled picture before it is turned upright.

    Even, because colour has half the resolution; never more than a pixel larger than stored.
    """
    scale = min(1.0, long_side_px / max(info.width, info.height))
    width, height = upright_size(info.width, info.height, info.rotation_deg)
    return 2 * max(1, round(width * scale / 2)), 2 * max(1, round(height * scale / 2))
