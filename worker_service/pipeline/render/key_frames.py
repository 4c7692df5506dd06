"""Key frames and the thumbnail, written when their picture comes by."""

from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from shared.renditions.document import KeyFrame
from worker_service.pipeline.drawing.stored import THUMBNAIL_NAME, still_name, stored_file
from worker_service.pipeline.engine import Picture
from worker_service.pipeline.render.moments import KeyMoment
from worker_service.pipeline.render.shown import Shown

THUMBNAIL_PX = 480
"""Its long side."""

JPEG_QUALITY = 88

Draw = Callable[[Picture], NDArray[np.uint8]]


class Stills:
    """The stills of one video; moments that its pictures do not reach have none.

    Attributes:
        key_frames: those that are written, in order of time.
    """

    def __init__(self, folder: Path, moments: Sequence[KeyMoment], cover_s: float) -> None:
        """Prepare for moments in order of time; the thumbnail is taken at `cover_s`."""
        self._folder = folder
        self._moments = moments
        self._cover_s = cover_s
        self.key_frames: list[KeyFrame] = []

    def take(self, shown: Shown, draw: Draw) -> None:
        """Write what this picture is wanted for; the first one also stands in as thumbnail."""
        moment = next((m for m in self._moments if shown.is_nearest_to(m.t_s)), None)
        is_cover = shown.is_first or shown.is_nearest_to(self._cover_s)
        if moment is None and not is_cover:
            return
        rgb = draw(shown.picture)
        if is_cover:
            write_jpeg(scaled_down(rgb, THUMBNAIL_PX), self._folder / THUMBNAIL_NAME)
        if moment is not None:
            still = self._folder / still_name(len(self.key_frames) + 1)
            write_jpeg(rgb, still)
            self.key_frames.append(
                KeyFrame(
                    t_s=shown.picture.t_s,
                    frame=shown.picture.frame,
                    label=moment.label,
                    confidence=moment.confidence,
                    still=stored_file(still),
                )
            )


def scaled_down(rgb: NDArray[np.uint8], long_side_px: int) -> NDArray[np.uint8]:
    """Return a picture whose long side has at most so many pixels."""
    height, width, _ = rgb.shape
    scale = min(1.0, long_side_px / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def write_jpeg(rgb: NDArray[np.uint8], path: Path) -> None:
    """Write a picture, with nothing in the file but its pixels."""
    quality = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    _, encoded = cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), quality)
    path.write_bytes(encoded.tobytes())
