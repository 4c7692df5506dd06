"""A clip's pictures, unchanged, at another pace."""

from fractions import Fraction
from pathlib import Path

import av
from av.video.stream import VideoStream


def retimed(source: Path, target: Path, pictures_per_s: int) -> None:
    """Write a copy of a clip that shows its pictures in order, so many a second."""
    with av.open(str(source)) as given, av.open(str(target), "w") as copy:
        stream = given.streams.video[0]
        written: VideoStream = copy.add_stream_from_template(stream)
        packets = {packet.pts: packet for packet in given.demux(stream) if packet.pts is not None}
        places = {pts: place for place, pts in enumerate(sorted(packets))}
        step = round(Fraction(1, pictures_per_s) / (stream.time_base or Fraction(1, 90_000)))
        for place, (pts, packet) in enumerate(packets.items()):
            packet.pts, packet.dts = places[pts] * step, place * step
            packet.duration, packet.stream = step, written
            copy.mux(packet)
