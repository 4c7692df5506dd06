"""Small files that promise, or hold, far more than they weigh."""

import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from tests.hostile.seeds import encoded

PICTURE = Fraction(1, 25)

HUGE = 6_400
"""Pixels of each side: more than 8K has in all."""


def declares_huge_pictures(folder: Path) -> bytes:
    """Sixty thousand pixels each way in the track's and the sample's description."""
    content = bytearray(encoded(folder / "mpeg4.mov"))
    at = content.index(b"mp4v") + 4 + 24
    content[at : at + 4] = struct.pack(">HH", 60_000, 60_000)
    return bytes(content)


def holds_a_huge_picture(folder: Path) -> bytes:
    """Black pictures of 41 million pixels in a few kilobytes."""
    return _black_pictures(folder / "huge.mov", [HUGE, HUGE])


def hides_a_huge_picture(folder: Path) -> bytes:
    """The same, but the header says 64 x 48, and so is the first picture."""
    return _black_pictures(folder / "hidden.mov", [64, HUGE, HUGE])


def lasts_for_years(folder: Path) -> bytes:
    content = bytearray(encoded(folder / "mpeg4.mov"))
    for box in (b"mvhd", b"mdhd"):
        at = content.index(box) + 4 + 16
        content[at : at + 4] = struct.pack(">I", 0xFFFFFFF0)
    return bytes(content)


def steps_for_years(folder: Path) -> bytes:
    """Every picture is shown for hours, whatever the header says."""
    content = bytearray(encoded(folder / "mpeg4.mov"))
    at = content.index(b"stts") + 4 + 8 + 4
    content[at : at + 4] = struct.pack(">I", 0x7FFFFF)
    return bytes(content)


def counts_millions_of_pictures(folder: Path) -> bytes:
    """A hundred million samples of one byte each, in a table of a few bytes."""
    many = 100_000_000
    content = bytearray(encoded(folder / "mpeg4.mov"))
    at = content.index(b"stts") + 4 + 8
    content[at : at + 8] = struct.pack(">II", many, 1)
    at = content.index(b"stsz") + 4 + 4
    content[at : at + 8] = struct.pack(">II", 1, many)
    at = content.index(b"stsc") + 4 + 8
    content[at : at + 8] = struct.pack(">II", 1, many)
    return bytes(content)


def begins_again_and_again(folder: Path) -> bytes:
    """One short film two thousand times, so that its clock never gets on."""
    return encoded(folder / "mpeg1.mpg") * 2_000


BOMBS = (
    declares_huge_pictures,
    holds_a_huge_picture,
    hides_a_huge_picture,
    lasts_for_years,
    steps_for_years,
    counts_millions_of_pictures,
    begins_again_and_again,
)


def _black_pictures(path: Path, sides: list[int]) -> bytes:
    """Black PNG pictures of these sides behind the header of the first."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("png", rate=25)
        stream.width, stream.height, stream.pix_fmt = sides[0], sides[0], "gray"
        for number, side in enumerate(sides):
            encoder = av.CodecContext.create("png", "w")
            encoder.options = {"compression_level": "1"}
            encoder.width, encoder.height, encoder.pix_fmt = side, side, "gray"
            encoder.time_base = PICTURE
            frame = av.VideoFrame.from_ndarray(np.zeros((side, side), np.uint8), format="gray")
            for packet in [*encoder.encode(frame), *encoder.encode(None)]:
                packet.stream = stream
                packet.pts = packet.dts = number
                packet.time_base = PICTURE
                container.mux(packet)
    return path.read_bytes()
