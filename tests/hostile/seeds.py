"""Tiny sound videos in many containers, to be broken."""

from pathlib import Path

import av
import numpy as np
from av.video.stream import VideoStream

from tests.files.clips import four_corners, make_clip

FRAMES = 20

SMALL, LARGE = (64, 48), (160, 120)
"""Small ones are judged too small to measure: six times as quick as those that go on to steps 2 to
4."""

ENCODINGS = {
    "h264.mp4": ("libx264", "yuv420p", {}, LARGE),
    "fragments.mp4": ("libx264", "yuv420p", {"movflags": "frag_keyframe+empty_moov"}, SMALL),
    "mpeg4.mov": ("mpeg4", "yuv420p", {}, SMALL),
    "mjpeg.avi": ("mjpeg", "yuvj420p", {}, LARGE),
    "mpeg4.avi": ("mpeg4", "yuv420p", {}, SMALL),
    "h264.mkv": ("libx264", "yuv420p", {}, SMALL),
    "hevc.mp4": ("libx265", "yuv420p10le", {}, SMALL),
    "vp8.webm": ("libvpx", "yuv420p", {}, LARGE),
    "vp9.webm": ("libvpx-vp9", "yuv420p", {}, SMALL),
    "h264.ts": ("libx264", "yuv420p", {}, LARGE),
    "mpeg1.mpg": ("mpeg1video", "yuv420p", {}, SMALL),
    "h263.flv": ("flv", "yuv420p", {}, SMALL),
    "theora.ogg": ("libtheora", "yuv420p", {}, SMALL),
    "wmv.asf": ("wmv2", "yuv420p", {}, SMALL),
    "png.mov": ("png", "rgb24", {}, SMALL),
}
"""File name to codec, pixel format, options of the container and size."""


def seeds(folder: Path) -> dict[str, bytes]:
    """Return the files' contents by name; those that this FFmpeg cannot write are left out."""
    made = {name: encoded(folder / name) for name in ENCODINGS if _can_write(name)}
    turned = make_clip(
        folder / "turned.mp4", frames=FRAMES, draw=four_corners(*SMALL), rotation_deg=90
    )
    return {**made, turned.name: turned.read_bytes()}


def encoded(path: Path) -> bytes:
    codec, pix_fmt, options, size = ENCODINGS[path.name]
    draw = four_corners(*size)
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream(codec, rate=25)
        assert isinstance(stream, VideoStream)
        stream.pix_fmt, (stream.width, stream.height) = pix_fmt, size
        stream.gop_size = 6
        for index in range(FRAMES):
            picture = np.ascontiguousarray(draw(index))
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return path.read_bytes()


def _can_write(name: str) -> bool:
    return ENCODINGS[name][0] in av.codecs_available
