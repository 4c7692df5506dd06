"""The pictures of one piece of a clip."""

from collections.abc import Generator, Iterator
from pathlib import Path

import av.error
from av.container import InputContainer
from av.video.frame import VideoFrame

from worker_service.pipeline.engine import Picture
from worker_service.pipeline.video.index import PictureIndex
from worker_service.pipeline.video.pieces import Piece
from worker_service.pipeline.video.probe import VideoInfo, opened, video_stream
from worker_service.pipeline.video.repeats import RepeatSpotter
from worker_service.pipeline.video.sampling import nearest_to_grid
from worker_service.pipeline.video.shot import Darkroom, Shot


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
        self, path: Path, info: VideoInfo, index: PictureIndex, piece: Piece, grid_hz: float
    ) -> None:
        """Prepare to decode about `grid_hz` pictures a second; 0 means every picture."""
        self._path = path
        self._index = index
        self._piece = piece
        self.begin, self.end = piece.begin, piece.end
        self._grid_hz = grid_hz
        self._darkroom = Darkroom(info)

    def pictures(self) -> Generator[Picture, None, None]:
        """Yield the sampled pictures of the warm-up, of the piece and on to the clip's end.

        Raises:
            NotAsIndexed: the file does not keep what its index promised.
            VideoUnreadable: FFmpeg has no conversion for its pixel format.
        """
        with opened(self._path) as container:
            for shot in nearest_to_grid(self._shots(container), self._grid_hz):
                if shot.frame >= self._piece.warm_up:
                    yield self._darkroom.picture(shot)

    def _shots(self, container: InputContainer) -> Iterator[Shot]:
        """Every picture from the key frame on that is no copy of the one before it."""
        repeats = RepeatSpotter()
        for position, pixels in self._as_indexed(container):
            if not repeats.is_repeat(pixels):
                yield Shot(position, float(self._index.t_s[position]), pixels)

    def _as_indexed(self, container: InputContainer) -> Iterator[tuple[int, VideoFrame]]:
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
        if position < len(self._index):
            raise NotAsIndexed

    def _decoded(self, container: InputContainer) -> Iterator[VideoFrame]:
        stream = video_stream(container)
        try:
            if self._piece.key > 0:
                container.seek(int(self._index.key_dts[self._piece.key]), stream=stream)
            for pixels in container.decode(stream):
                if pixels.is_corrupt:
                    raise NotAsIndexed
                yield pixels
        except av.error.FFmpegError as error:
            raise NotAsIndexed from error
