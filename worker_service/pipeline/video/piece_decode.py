"""The pictures of one piece of a clip."""

from array import array
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Literal

import av.error
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from worker_service.pipeline.engine import Picture
from worker_service.pipeline.video.index import PictureIndex
from worker_service.pipeline.video.pieces import Piece
from worker_service.pipeline.video.probe import VideoInfo, opened, video_stream
from worker_service.pipeline.video.repeats import RepeatSpotter
from worker_service.pipeline.video.sampling import nearest_to_grid
from worker_service.pipeline.video.shot import Darkroom, Shot

ThreadType = Literal["AUTO", "NONE"]
"""How FFmpeg decodes: beside other pieces, more threads would only cost more."""


class NotAsIndexed(Exception):
    """A clip decodes to other pictures than its index promised: decode it in one pass.

    Damage, mostly. Never leaves the pose step.
    """


class PieceDecoding:
    """Decodes one piece; its pictures are those of the one pass, by index, time and content.

    Attributes:
        begin, end: the piece's own pictures, `end` excluded; those before are its warm-up.
    """

    def __init__(
        self,
        path: Path,
        info: VideoInfo,
        index: PictureIndex,
        piece: Piece,
        grid_hz: float,
        *,
        alone: bool = False,
    ) -> None:
        """Prepare to decode about `grid_hz` pictures a second; 0 means every picture.

        `alone` says that no other piece is decoded at the same time.
        """
        self._path = path
        self._index = index
        self._piece = piece
        self.begin, self.end = piece.begin, piece.end
        self._grid_hz = grid_hz
        self._thread_type: ThreadType = "AUTO" if alone else "NONE"
        self._darkroom = Darkroom(info)
        self._distinct_t_s = array("d")

    @property
    def distinct_t_s(self) -> NDArray[np.float64]:
        """(k,) times of the piece's own pictures so far that are no copy of the one before.

        Sampled or not; complete once a picture beyond the end has come, or none is left.
        """
        return np.array(self._distinct_t_s)

    def pictures(self) -> Generator[Picture, None, None]:
        """Yield the sampled pictures of the warm-up, of the piece and on to the clip's end.

        Raises:
            NotAsIndexed: the file does not keep what its index promised.
            VideoUnreadable: FFmpeg has no conversion for its pixel format.
        """
        yield from self._pictures(len(self._index))

    def pictures_to_its_end(self) -> Generator[Picture, None, None]:
        """Yield those of the warm-up and of the piece, and decode nothing beyond.

        Raises: as `pictures`.
        """
        yield from self._pictures(self.end)

    def _pictures(self, end: int) -> Iterator[Picture]:
        with opened(self._path) as container:
            for shot in nearest_to_grid(self._shots(container, end), self._grid_hz):
                if shot.frame >= self._piece.warm_up:
                    yield self._darkroom.picture(shot)

    def _shots(self, container: InputContainer, end: int) -> Iterator[Shot]:
        """Every picture from the key frame up to `end` that is no copy of the one before it."""
        repeats = RepeatSpotter()
        for position, pixels in self._as_indexed(container, end):
            if repeats.is_repeat(pixels):
                continue
            t_s = float(self._index.t_s[position])
            if self.begin <= position < self.end:
                self._distinct_t_s.append(t_s)
            yield Shot(position, t_s, pixels)

    def _as_indexed(self, container: InputContainer, end: int) -> Iterator[tuple[int, VideoFrame]]:
        """Every picture with its position, as long as each is the one that should come."""
        position = int(self._index.keys[self._piece.key])
        first_pts = self._index.pts[position]
        for pixels in self._decoded(container):
            if pixels.pts is not None and pixels.pts < first_pts:
                continue  # shown before the key frame but stored after it, or an earlier one
            if position == len(self._index) or pixels.pts != self._index.pts[position]:
                raise NotAsIndexed
            yield position, pixels
            position += 1
            if len(self._index) > position >= end:
                return
        if position < len(self._index):
            raise NotAsIndexed

    def _decoded(self, container: InputContainer) -> Iterator[VideoFrame]:
        stream = video_stream(container)
        stream.thread_type = self._thread_type
        try:
            if self._piece.key > 0:
                container.seek(int(self._index.key_dts[self._piece.key]), stream=stream)
            for pixels in container.decode(stream):
                if pixels.is_corrupt:
                    raise NotAsIndexed
                yield pixels
        except av.error.FFmpegError as error:
            raise NotAsIndexed from error
