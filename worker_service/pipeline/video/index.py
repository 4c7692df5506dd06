"""What a file promises about its pictures, read without decoding one."""

from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import av.error
import numpy as np
from av.container import Flags, InputContainer
from numpy.typing import NDArray

from shared.errors import VideoTooLong, VideoUnreadable
from worker_service.pipeline.video.clock import PresentationClock
from worker_service.pipeline.video.probe import VideoInfo, VideoLimits, opened, video_stream

MOST_RESTARTS = 10
"""A clock that begins again more often is no film's. FFmpeg, working out the timestamps that such
a file leaves out, takes a time that grows with the square of its packets: minutes for a few MB."""


@dataclass(frozen=True, slots=True, eq=False)
class PictureIndex:
    """The pictures of a clip in order of presentation.

    Attributes:
        pts: (n,) timestamps in the stream's own unit, strictly increasing.
        t_s: (n,) the same in seconds since the first picture.
        keys: (k,) positions of the key frames, where decoding can begin; the first is 0.
        key_dts: (k,) what to seek to for each of them.
        duration_s: time of the last picture plus one picture's duration.
    """

    pts: NDArray[np.int64]
    t_s: NDArray[np.float64]
    keys: NDArray[np.int64]
    key_dts: NDArray[np.int64]
    duration_s: float

    def __len__(self) -> int:
        """Return the number of pictures."""
        return len(self.pts)


def read_index(path: Path, info: VideoInfo, limits: VideoLimits) -> PictureIndex | None:
    """Return the index, or None where a clip can only be decoded from its beginning to see.

    That is a file that breaks off, has a packet marked as damaged, a timestamp missing or
    twice, or does not begin with a key frame.

    Raises:
        VideoUnreadable: the file cannot be opened as a video, or its clock never gets on.
        VideoTooLong: it has more pictures, or goes on for longer, than `limits`.
    """
    with opened(path) as container:
        time_base = video_stream(container).time_base
        _work_nothing_out(container)
        packets = _packets(container, limits.max_frames)
    if not packets:  # some times are left out, say
        _refuse_restarts(path)
        with opened(path) as container:
            packets = _packets(container, limits.max_frames)
    if not packets or time_base is None:
        return None
    packets.sort()
    clock = PresentationClock(1.0 / info.source_fps)
    times = [clock.read(pts, time_base) for pts, _, _ in packets]
    t_s = np.array([t for t in times if t is not None])
    if len(t_s) < len(packets) or not packets[0][1]:
        return None
    if t_s[-1] > limits.max_duration_s:
        raise VideoTooLong
    keys = [position for position, (_, is_key, _) in enumerate(packets) if is_key]
    return PictureIndex(
        pts=np.array([pts for pts, _, _ in packets], dtype=np.int64),
        t_s=t_s,
        keys=np.array(keys, dtype=np.int64),
        key_dts=np.array([packets[key][2] for key in keys], dtype=np.int64),
        duration_s=float(t_s[-1]) + clock.step_s,
    )


def _packets(container: InputContainer, max_frames: int) -> list[tuple[int, bool, int]]:
    """(pts, is a key frame, dts) of every picture as stored; empty where that cannot be told."""
    found: list[tuple[int, bool, int]] = []
    try:
        for packet in container.demux(video_stream(container)):
            if packet.size == 0 or packet.is_discard:
                continue
            if packet.pts is None or packet.is_corrupt:
                return []
            found.append(
                (packet.pts, packet.is_keyframe, packet.pts if packet.dts is None else packet.dts)
            )
            if len(found) > max_frames:
                raise VideoTooLong
    except av.error.FFmpegError:
        return []
    return found


def _refuse_restarts(path: Path) -> None:
    with opened(path) as container:
        _work_nothing_out(container)
        times = _decoding_times(container)
    if sum(after < before for before, after in pairwise(times)) > MOST_RESTARTS:
        raise VideoUnreadable


def _decoding_times(container: InputContainer) -> list[int]:
    """Those that the file tells, in its order, up to where it breaks off."""
    told: list[int] = []
    packets = container.demux(video_stream(container))
    with suppress(av.error.FFmpegError):
        told.extend(packet.dts for packet in packets if packet.dts is not None)
    return told


def _work_nothing_out(container: InputContainer) -> None:
    """Have packets come as they are stored."""
    container.flags &= ~Flags.gen_pts.value  # type: ignore[operator] # an int, but for the stub
