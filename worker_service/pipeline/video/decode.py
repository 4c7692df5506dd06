"""A clip's pictures, upright, on time, and only those asked for."""

import sys
from array import array
from collections.abc import Generator, Iterator
from pathlib import Path

import av.error
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from shared.errors import VideoEmpty, VideoTooLong
from worker_service.pipeline.engine import Picture
from worker_service.pipeline.video.clock import PresentationClock
from worker_service.pipeline.video.probe import VideoInfo, VideoLimits, opened, video_stream
from worker_service.pipeline.video.repeats import RepeatSpotter
from worker_service.pipeline.video.sampling import nearest_to_grid
from worker_service.pipeline.video.shot import LONG_SIDE_PX, Darkroom, Shot

MISSING_TAIL_S = 0.5
"""A clip that ends this much earlier than its header says has been cut off."""


def breaks_off(duration_s: float, info: VideoInfo) -> bool:
    """Whether a clip that lasts so long ends clearly before its header says."""
    return duration_s < info.duration_s - MISSING_TAIL_S


class Decoding:
    """One pass over a clip; the counters are complete once `pictures` is exhausted.

    Attributes:
        begin, end: the pictures that count, `end` excluded: all of them.
        grid_hz: rate of sampling; 0 for every picture.
        frames_seen: pictures decoded so far, sampled or not.
        duration_s: time of the latest picture plus one picture's duration.
        truncated: the file broke off or was damaged; everything readable was used.
    """

    begin, end = 0, sys.maxsize

    def __init__(
        self,
        path: Path,
        info: VideoInfo,
        *,
        sample_fps: float = 0.0,
        limits: VideoLimits | None = None,
        long_side_px: int = LONG_SIDE_PX,
        with_copies: bool = False,
    ) -> None:
        """Prepare to decode about `sample_fps` pictures a second; 0 means every picture.

        Copies of the picture before them are left out, unless a film is to be made of it all.
        """
        self._path = path
        self._info = info
        self.grid_hz = sample_fps if sample_fps < info.source_fps else 0.0
        self._limits = limits or VideoLimits()
        self._darkroom = Darkroom(info, long_side_px)
        self._with_copies = with_copies
        self.frames_seen = 0
        self.duration_s = 0.0
        self.truncated = False
        self._distinct_t_s = array("d")

    @property
    def distinct_t_s(self) -> NDArray[np.float64]:
        """(k,) times of the pictures so far, sampled or not, that are no copy of the one before."""
        return np.array(self._distinct_t_s)

    @property
    def expected_pictures(self) -> int:
        """How many pictures to expect by the header; at least one."""
        rate = self.grid_hz or self._info.source_fps
        return max(1, round(self._info.duration_s * rate))

    def pictures(self) -> Generator[Picture, None, None]:
        """Yield the sampled pictures; their times increase strictly from 0.

        Raises:
            VideoUnreadable: the file cannot be opened as a video.
            VideoEmpty: not one picture could be decoded.
            VideoTooLong: the pictures go on beyond the limits, whatever the header says.
        """
        with opened(self._path) as container:
            for shot in nearest_to_grid(self._shots(container), self.grid_hz):
                yield self._darkroom.picture(shot)
        if self.frames_seen == 0:
            raise VideoEmpty
        if breaks_off(self.duration_s, self._info):
            self.truncated = True

    def _shots(self, container: InputContainer) -> Iterator[Shot]:
        """Every picture that is later than its predecessor and, unless asked for, no copy of it."""
        clock = PresentationClock(1.0 / self._info.source_fps)
        repeats = RepeatSpotter()
        for index, pixels in enumerate(self._decoded(container)):
            self.frames_seen = index + 1
            t_s = clock.read(pixels.pts, pixels.time_base)
            self._check_limits(t_s or 0.0)
            if t_s is None:
                continue
            self.duration_s = t_s + clock.step_s
            if not self._with_copies and repeats.is_repeat(pixels):
                continue
            self._distinct_t_s.append(t_s)
            yield Shot(index, t_s, pixels)

    def _decoded(self, container: InputContainer) -> Iterator[VideoFrame]:
        """Decode on past damaged packets; stop where the file itself breaks off."""
        stream = video_stream(container)
        stream.thread_type = "NONE"  # with more, what is left of damaged pictures varies
        packets = container.demux(stream)
        while True:
            try:
                packet = next(packets, None)
            except av.error.FFmpegError:
                self.truncated = True
                return
            if packet is None:
                return
            try:
                yield from packet.decode()
            except av.error.FFmpegError:
                self.truncated = True

    def _check_limits(self, t_s: float) -> None:
        if t_s > self._limits.max_duration_s or self.frames_seen > self._limits.max_frames:
            raise VideoTooLong
