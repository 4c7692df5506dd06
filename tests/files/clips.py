"""Small videos for tests, made on the spot: known content, clock, orientation and damage."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

TIME_BASE = Fraction(1, 90_000)

Draw = Callable[[int], NDArray[np.uint8]]
"""From a picture's index to its upright (h, w, 3) RGB."""

QUARTER_TURNS = {
    90: cv2.ROTATE_90_CLOCKWISE,
    180: cv2.ROTATE_180,
    270: cv2.ROTATE_90_COUNTERCLOCKWISE,
}


def four_corners(width: int = 160, height: int = 120) -> Draw:
    """A picture one cannot hold the wrong way up: red, green, blue, white clockwise from top left.

    A dark bar in the middle grows with the index, so no two pictures are equal.
    """

    def draw(index: int) -> NDArray[np.uint8]:
        picture = np.empty((height, width, 3), np.uint8)
        middle, centre = height // 2, width // 2
        picture[:middle, :centre] = (220, 30, 30)
        picture[:middle, centre:] = (30, 200, 30)
        picture[middle:, centre:] = (30, 30, 220)
        picture[middle:, :centre] = (230, 230, 230)
        picture[middle - 4 : middle + 4, : 1 + index % width] = 10
        return picture

    return draw


def beginning_of(video: Path, target: Path, *, until_s: float) -> Path:
    """Write the first pictures of a real video, coded as they were."""
    with av.open(str(video)) as whole, av.open(str(target), "w") as part:
        stream = whole.streams.video[0]
        copied = part.add_stream_from_template(stream)
        for packet in whole.demux(stream):
            if packet.pts is None or packet.pts * packet.time_base >= until_s:
                break
            packet.stream = copied
            part.mux(packet)
    return target


def make_clip(
    path: Path,
    *,
    frames: int = 30,
    fps: float = 30.0,
    times_s: Sequence[float] | None = None,
    draw: Draw | None = None,
    rotation_deg: int = 0,
    pix_fmt: str = "yuv420p",
) -> Path:
    """Write an MP4 with its index in front.

    Args:
        path: where to; ends in .mp4.
        frames: how many pictures, when `times_s` is not given.
        fps: their rate, when `times_s` is not given.
        times_s: presentation time of each picture, for a variable rate.
        draw: the upright pictures; `four_corners` by default.
        rotation_deg: how far a player must turn the stored pictures clockwise.
        pix_fmt: yuv444p for an odd width or height.
    """
    draw = draw or four_corners()
    times_s = times_s if times_s is not None else [index / fps for index in range(frames)]
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=round(fps))
        stream.pix_fmt = pix_fmt
        stream.options = {"preset": "ultrafast", "crf": "12"}
        stream.codec_context.time_base = TIME_BASE
        stream.time_base = TIME_BASE
        if rotation_deg:
            stream.set_display_rotation(-rotation_deg)
        for index, t_s in enumerate(times_s):
            stored = as_stored(draw(index), rotation_deg)
            if index == 0:
                stream.height, stream.width = stored.shape[:2]
            frame = av.VideoFrame.from_ndarray(stored, format="rgb24")
            frame.pts, frame.time_base = round(t_s / TIME_BASE), TIME_BASE
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def as_stored(upright: NDArray[np.uint8], rotation_deg: int) -> NDArray[np.uint8]:
    """Turn an upright picture so that `rotation_deg` clockwise brings it back."""
    if rotation_deg == 0:
        return upright
    return np.asarray(cv2.rotate(upright, QUARTER_TURNS[360 - rotation_deg]), dtype=np.uint8)


def turned_clip(source: Path, path: Path, rotation_deg: int, *, frames: int) -> Path:
    """Re-encode the beginning of a clip with turned pixels and the matrix that turns them back."""
    with av.open(str(source)) as container:
        stream = container.streams.video[0]
        pictures = [
            (frame.time, frame.to_ndarray(format="rgb24"))
            for frame, _ in zip(container.decode(stream), range(frames), strict=False)
        ]
    return make_clip(
        path,
        times_s=[t_s for t_s, _ in pictures],
        draw=lambda index: np.asarray(pictures[index][1], dtype=np.uint8),
        rotation_deg=rotation_deg,
    )


def remuxed_with_matrix(source: Path, path: Path, rotation_deg: int) -> Path:
    """Copy a clip and only declare that its pictures are to be turned clockwise."""
    with av.open(str(source)) as given, av.open(str(path), "w") as written:
        stream = given.streams.video[0]
        copy = written.add_stream_from_template(stream)
        copy.set_display_rotation(-rotation_deg)
        for packet in given.demux(stream):
            if packet.dts is not None:
                packet.stream = copy
                written.mux(packet)
    return path


def truncated_clip(source: Path, path: Path, *, keep: float = 0.6) -> Path:
    """The first part of a file, as an upload leaves it that broke off."""
    content = source.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    return path


def sound_only(path: Path) -> Path:
    """A file with sound and no picture."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44_100)
        tone = np.sin(np.linspace(0, 2000, 44_100, dtype=np.float32))[None, :]
        frame = av.AudioFrame.from_ndarray(tone, format="fltp", layout="mono")
        frame.sample_rate = 44_100
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def retimed_clip(source: Path, path: Path, times_s: Sequence[float]) -> Path:
    """Copy a clip and give its pictures other timestamps, sound ones or not.

    A container keeps what it can: `.ts` negative times, `.mkv` the same time twice.
    """
    options = {"avoid_negative_ts": "disabled"}
    with av.open(str(source)) as given, av.open(str(path), "w", options=options) as written:
        stream = given.streams.video[0]
        copy = written.add_stream_from_template(stream)
        packets = (packet for packet in given.demux(stream) if packet.dts is not None)
        for packet, t_s in zip(packets, times_s, strict=True):
            packet.stream, packet.time_base = copy, TIME_BASE
            packet.pts = packet.dts = round(t_s / TIME_BASE)
            written.mux(packet)
    return path


def joined_streams(first: Path, second: Path, path: Path) -> Path:
    """One file with two films in it, as a phone writes that records with both cameras."""
    with av.open(str(first)) as one, av.open(str(second)) as two, av.open(str(path), "w") as out:
        copies = [out.add_stream_from_template(given.streams.video[0]) for given in (one, two)]
        for given, copy in zip((one, two), copies, strict=True):
            for packet in given.demux(given.streams.video[0]):
                if packet.dts is not None:
                    packet.stream = copy
                    out.mux(packet)
    return path
