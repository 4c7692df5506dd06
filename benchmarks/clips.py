"""Clips for the benchmarks, made from the sample video."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain, cycle, islice
from pathlib import Path

import av
from av.video.frame import PictureType, VideoFrame

FOLDER = Path("build/bench")

MAN_ALONE = 38
"""The sample shows the man alone in this many pictures; then the woman walks in."""


def clip(source: Path, *, width: int, height: int, seconds: float, fps: int = 30) -> Path:
    """An H.264 clip of the sample, scaled, and repeated until it is `seconds` long."""
    target = FOLDER / f"two_people_{width}x{height}_{seconds:g}s_{fps}fps.mp4"
    return _made(target, _repeated(source), (width, height), round(seconds * fps), fps)


def one_athlete(source: Path, *, width: int, height: int, seconds: float, fps: int = 30) -> Path:
    """The same of the man alone: there and back, so that he moves without a jump."""
    target = FOLDER / f"one_athlete_{width}x{height}_{seconds:g}s_{fps}fps.mp4"
    return _made(target, _there_and_back(source), (width, height), round(seconds * fps), fps)


def one_burst(source: Path, *, width: int, height: int, seconds: float, fps: int = 60) -> Path:
    """The man alone, who hardly moves but for raising his arms once, half-way."""
    target = FOLDER / f"one_burst_{width}x{height}_{seconds:g}s_{fps}fps.mp4"
    pictures = _still_but_once(source, round(seconds * fps))
    return _made(target, pictures, (width, height), round(seconds * fps), fps)


def _repeated(source: Path) -> Iterator[VideoFrame]:
    while True:
        with av.open(str(source)) as original:
            yield from original.decode(video=0)


def _there_and_back(source: Path) -> Iterator[VideoFrame]:
    alone = list(islice(_repeated(source), MAN_ALONE))
    return cycle(chain(alone, alone[-2:0:-1]))


def _still_but_once(source: Path, total: int) -> Iterator[VideoFrame]:
    alone = list(islice(_repeated(source), MAN_ALONE))
    still = cycle(alone[i] for i in (11, 12, 13, 14, 13, 12))
    burst = [*alone[11:], *alone[:10:-1]]
    before = (total - len(burst)) // 2
    return chain(islice(still, before), burst, still)


def _made(
    target: Path, pictures: Iterator[VideoFrame], size: tuple[int, int], total: int, fps: int
) -> Path:
    if not target.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(".part.mp4")
        _encode(partial, islice(pictures, total), size, fps)
        partial.rename(target)
    return target


def _encode(target: Path, pictures: Iterator[VideoFrame], size: tuple[int, int], fps: int) -> None:
    """Encode with a key frame every second, as phones do."""
    options = {"preset": "veryfast", "crf": "21", "g": str(fps)}
    with av.open(str(target), "w") as out:
        stream = out.add_stream("libx264", rate=fps, options=options)
        (stream.width, stream.height), stream.pix_fmt = size, "yuv420p"
        for index, picture in enumerate(pictures):
            scaled = picture.reformat(*size, format="yuv420p")
            scaled.pts, scaled.time_base = index, Fraction(1, fps)
            scaled.pict_type = PictureType.NONE
            out.mux(stream.encode(scaled))
        out.mux(stream.encode(None))
