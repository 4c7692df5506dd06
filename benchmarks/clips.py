"""Clips for the benchmarks, made from the sample video."""

from fractions import Fraction
from pathlib import Path

import av

FOLDER = Path("build/bench")


def clip(source: Path, *, width: int, height: int, seconds: float, fps: int = 30) -> Path:
    """An H.264 clip of the sample, scaled, and repeated until it is `seconds` long."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    target = FOLDER / f"{width}x{height}_{seconds:g}s_{fps}fps.mp4"
    if not target.exists():
        partial = target.with_suffix(".part.mp4")
        _encode(source, partial, width, height, round(seconds * fps), fps)
        partial.rename(target)
    return target


def _encode(source: Path, target: Path, width: int, height: int, total: int, fps: int) -> None:
    with av.open(str(target), "w") as out:
        stream = out.add_stream("libx264", rate=fps, options={"preset": "veryfast", "crf": "21"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        written = 0
        while written < total:
            with av.open(str(source)) as original:
                for frame in original.decode(video=0):
                    if written == total:
                        break
                    scaled = frame.reformat(width=width, height=height, format="yuv420p")
                    scaled.pts, scaled.time_base = written, Fraction(1, fps)
                    out.mux(stream.encode(scaled))
                    written += 1
        out.mux(stream.encode(None))
