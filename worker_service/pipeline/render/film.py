"""Write H.264 that every browser plays and scrubs through."""

import os
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import av
import cv2
import numpy as np
from av.codec.context import Flags
from av.video.frame import PictureType, VideoFrame
from av.video.reformatter import ColorRange
from av.video.stream import VideoStream
from numpy.typing import NDArray

from worker_service.pipeline.render.source import Source

KEY_EVERY_S = 0.5
"""From one key frame to the next at most: how far a player must decode to show any moment."""

MOST_THREADS = 4
"""Each of x264's threads holds pictures of its own."""

OPTIONS = {
    "preset": "veryfast",
    "bf": "0",  # pictures are stored in order, so decoding time is presentation time
    "g": "100000",  # key frames are ours to set, by time
    "sc_threshold": "0",
    "forced-idr": "1",
}


class Film:
    """An MP4 file in the making, its index in front, on the source's own clock from 0.

    A `with` block closes it; without one picture the file is of no use.
    """

    def __init__(self, path: Path, size: tuple[int, int], source: Source, *, crf: int) -> None:
        """Open the file for upright pictures of an even width and height."""
        self._time_base = source.time_base
        self._container = av.open(str(path), "w", format="mp4", options={"movflags": "faststart"})
        self._stream = self._opened_stream(size, source, crf)
        self._last_key_s = -float("inf")
        self._last_pts = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._container.mux(self._stream.encode())
        self._container.close()

    def add(self, rgb: NDArray[np.uint8], t_s: float, until_s: float) -> None:
        """Show an (h, w, 3) picture from `t_s`, later than the last one's, until `until_s`."""
        frame = _frame(rgb)
        frame.time_base = self._time_base
        frame.pts = max(self._ticks(t_s), self._last_pts + 1)
        frame.duration = max(1, self._ticks(until_s) - frame.pts)
        self._last_pts = frame.pts
        if until_s - self._last_key_s > KEY_EVERY_S:
            frame.pict_type = PictureType.I
            self._last_key_s = t_s
        self._container.mux(self._stream.encode(frame))

    def _ticks(self, t_s: float) -> int:
        return round(t_s / self._time_base)

    def _opened_stream(self, size: tuple[int, int], source: Source, crf: int) -> VideoStream:
        options = {**OPTIONS, "crf": str(crf)}
        stream = self._container.add_stream("libx264", rate=source.rate, options=options)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.time_base = self._time_base
        context = stream.codec_context
        context.time_base = self._time_base
        context.flags |= Flags.frame_duration  # the last picture is shown as long as we say
        context.thread_count = min(MOST_THREADS, os.cpu_count() or 1)
        context.color_range = ColorRange.MPEG
        context.colorspace = source.matrix
        context.color_primaries, context.color_trc = source.primaries, source.transfer
        return stream


def _frame(rgb: NDArray[np.uint8]) -> VideoFrame:
    """Back to planes by the way that `shrink` came from them, so that no colour changes."""
    planes = cast("NDArray[np.uint8]", cv2.cvtColor(rgb, cv2.COLOR_RGB2YUV_I420))
    return VideoFrame.from_ndarray(planes, format="yuv420p")
