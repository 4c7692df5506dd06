"""What a rendition takes over from the file it is made of: clock and colours."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from av.video.reformatter import ColorRange

from worker_service.pipeline.video.probe import opened, video_stream

USUAL_TICK = Fraction(1, 90_000)

FINEST_TICK = Fraction(1, 1_000_000)
"""Finer clocks than this are no camera's, and some players stumble over them."""

BT_601 = 6
"""The matrix of the usual way to RGB and back; H.264's number for it."""


@dataclass(frozen=True, slots=True)
class Source:
    """The stream's own tick, and H.264's numbers for its colours (2 = unknown).

    Attributes:
        rate: pictures a second, for the header only.
    """

    time_base: Fraction
    rate: Fraction
    matrix: int
    primaries: int
    transfer: int


def read_source(path: Path, rate: float) -> Source:
    """Read the header.

    Raises:
        VideoUnreadable: not a video.
        VideoEmpty: no bytes.
    """
    with opened(path) as container:
        stream = video_stream(container)
        context = stream.codec_context
        usual = context.pix_fmt == "yuv420p" and context.color_range != ColorRange.JPEG
        tick = stream.time_base
        return Source(
            time_base=tick if tick is not None and tick >= FINEST_TICK else USUAL_TICK,
            rate=Fraction(rate).limit_denominator(1001),
            matrix=int(context.colorspace) if usual else BT_601,
            primaries=int(context.color_primaries),
            transfer=int(context.color_trc),
        )
