"""What a file is, before any of it is analysed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import av
import av.error
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from shared.errors import VideoEmpty, VideoTooLong, VideoUnreadable
from worker_service.pipeline.video.orientation import (
    Rotation,
    clockwise_rotation,
    upright_size,
)

CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,asf,flv,ogg"
"""FFmpeg demuxers a clip may use. Playlists, text and pictures are left out: FFmpeg would draw
a text file as a film, and a playlist could make it read other files or addresses."""

FALLBACK_FPS = 30.0
"""Taken where a file says nothing about its rate, or nonsense."""

MOST_FPS = 960.0
"""No phone films faster. Matroska and WebM files that tell no rate declare their clock's: 1,000
or more."""

MOST_PIXELS = 8192 * 4320
"""Width x height of a stored picture: 8K. FFmpeg refuses to decode a larger one anywhere in a file,
be the first picture as small as it likes."""


@dataclass(frozen=True, slots=True)
class VideoLimits:
    """What one analysis takes on.

    Attributes:
        max_duration_s: seconds of video.
        max_pixels: width x height of a stored picture; at most the default, 8K.
        max_frames: pictures in the file; the default is ten minutes at 240 a second.
    """

    max_duration_s: float = 600.0
    max_pixels: int = MOST_PIXELS
    max_frames: int = 144_000


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """What a file says about itself; only the first picture has been decoded.

    Attributes:
        width, height: pixels of the upright picture.
        rotation_deg: clockwise turn from the stored picture to the upright one.
        duration_s: seconds by the header, 0 where it says nothing. Not to be trusted.
        source_fps: pictures a second by the header, for information: time comes from PTS.
        codec: FFmpeg's name, such as `h264` or `hevc`.
        container: FFmpeg's name of the demuxer.
    """

    width: int
    height: int
    rotation_deg: Rotation
    duration_s: float
    source_fps: float
    codec: str
    container: str


def probe(path: Path, limits: VideoLimits | None = None) -> VideoInfo:
    """Read the header and the first picture.

    Raises:
        VideoUnreadable: not a video, or larger in pixels than `limits`.
        VideoEmpty: no bytes, or a video stream without one decodable picture.
        VideoTooLong: by its header longer than `limits`.
    """
    limits = limits or VideoLimits()
    with opened(path) as container:
        stream = video_stream(container)
        if stream.width * stream.height > limits.max_pixels:
            raise VideoUnreadable("The picture is larger than we can analyse. Film in 4K or less.")
        if _declared_duration_s(container, stream) > limits.max_duration_s:
            raise VideoTooLong
        return _describe(container, stream, _first_picture(container, stream))


@contextmanager
def opened(path: Path) -> Iterator[InputContainer]:
    """Open a file for reading and close it afterwards.

    Raises:
        VideoEmpty: the file has no bytes.
        VideoUnreadable: no container format we accept.
    """
    if path.stat().st_size == 0:
        raise VideoEmpty
    options = {"format_whitelist": CONTAINERS, "protocol_whitelist": "file"}
    try:
        container = av.open(str(path), options=options, metadata_errors="replace")
    except av.error.FFmpegError as error:
        raise VideoUnreadable from error
    with container:
        yield container


def video_stream(container: InputContainer) -> VideoStream:
    """Return the film in a container; cover pictures do not count.

    Raises:
        VideoUnreadable: there is no film, or no decoder for it.
    """
    films = (s for s in container.streams.video if not s.disposition & Disposition.attached_pic)
    stream = next(films, None)
    if stream is None or stream.codec_context is None:
        raise VideoUnreadable
    stream.codec_context.options = {"max_pixels": str(MOST_PIXELS)}
    return stream


def _first_picture(container: InputContainer, stream: VideoStream) -> VideoFrame:
    try:
        return next(container.decode(stream))
    except (StopIteration, av.error.FFmpegError) as error:
        raise VideoEmpty from error


def _describe(container: InputContainer, stream: VideoStream, first: VideoFrame) -> VideoInfo:
    rotation = clockwise_rotation(first.rotation)
    width, height = upright_size(first.width, first.height, rotation)
    return VideoInfo(
        width=width,
        height=height,
        rotation_deg=rotation,
        duration_s=_declared_duration_s(container, stream),
        source_fps=_declared_fps(stream),
        codec=stream.codec_context.name,
        container=container.format.name,
    )


def _declared_duration_s(container: InputContainer, stream: VideoStream) -> float:
    if stream.duration and stream.time_base:
        return max(0.0, float(stream.duration * stream.time_base))
    return max(0.0, (container.duration or 0) / av.time_base)


def _declared_fps(stream: VideoStream) -> float:
    rates = (float(rate) for rate in (stream.average_rate, stream.guessed_rate) if rate)
    return next((rate for rate in rates if rate <= MOST_FPS), FALLBACK_FPS)
