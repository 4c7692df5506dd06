"""The frames file: every landmark of every sampled picture, columnar gzip JSON.

Columns, not one object a landmark: a minute at 15 pictures a second is 0.5 MB gzipped instead
of 5 MB. Landmarks are written row by row, so a long video costs little memory. The schema is
`results.Frames`.
"""

import gzip
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from shared.results import FramesFile
from worker_service.pipeline.track import LANDMARKS, PoseTrack

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float64] | NDArray[np.uint8]

PIXEL_DECIMALS = 1
METRE_DECIMALS = 3
VISIBILITY_DECIMALS = 2
TIME_DECIMALS = 6


def write_frames(track: PoseTrack, path: Path) -> FramesFile:
    """Write the file and describe it. The same track gives the same bytes."""
    json_bytes = 0
    with path.open("wb") as file, gzip.GzipFile("", "wb", 6, file, mtime=0) as packed:
        for text in _document(track):
            raw = text.encode()
            json_bytes += len(raw)
            packed.write(raw)
    return FramesFile(
        name=path.name,
        gzip_bytes=path.stat().st_size,
        json_bytes=json_bytes,
        sha256=_sha256(path),
    )


def _document(track: PoseTrack) -> Iterator[str]:
    head = {
        "schema_version": 1,
        "width": track.width_px,
        "height": track.height_px,
        "landmarks": LANDMARKS,
        "frame": track.frame.tolist(),
        "t_s": np.round(track.t_s, TIME_DECIMALS).tolist(),
    }
    yield json.dumps(head, separators=(",", ":"))[:-1]
    columns: dict[str, tuple[Samples, int]] = {
        "origin": (track.origin, 0),
        "visibility": (track.visibility, VISIBILITY_DECIMALS),
        "x_px": (track.xy_px[..., 0], PIXEL_DECIMALS),
        "y_px": (track.xy_px[..., 1], PIXEL_DECIMALS),
        "world_x_m": (track.world_m[..., 0], METRE_DECIMALS),
        "world_y_m": (track.world_m[..., 1], METRE_DECIMALS),
        "world_z_m": (track.world_m[..., 2], METRE_DECIMALS),
    }
    for name, (values, decimals) in columns.items():
        yield f',"{name}":['
        yield from _rows(values, decimals)
        yield "]"
    yield "}"


def _rows(values: "Samples", decimals: int) -> Iterator[str]:
    for index, row in enumerate(values):
        numbers = [None if v != v else v for v in np.round(row, decimals).tolist()]  # noqa: PLR0124 - NaN is the only value unlike itself
        comma = "," if index else ""
        yield comma + json.dumps(numbers, separators=(",", ":"))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
