"""Look again at the fast stretches of a clip, several side by side."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import numpy as np

from shared.results import Stretch
from worker_service.pipeline.engine import PoseEngine
from worker_service.pipeline.pose.close_up import CloseUp
from worker_service.pipeline.pose.progress import ReportProgress
from worker_service.pipeline.pose.sightings import Sightings
from worker_service.pipeline.pose.whereabouts import Whereabouts
from worker_service.pipeline.video.decode import Decoding
from worker_service.pipeline.video.index import PictureIndex, read_index
from worker_service.pipeline.video.piece_decode import NotAsIndexed, PieceDecoding
from worker_service.pipeline.video.pieces import settle_s, window
from worker_service.pipeline.video.prefetch import prefetched, side_by_side
from worker_service.pipeline.video.probe import VideoInfo, VideoLimits

MAX_PART_S = 4.0
"""A longer stretch is cut into equal parts, so that it does not keep one core busy alone."""


class SecondLook:
    """Looks at every picture of some stretches. The result does not depend on the threads."""

    def __init__(
        self, path: Path, info: VideoInfo, engine: PoseEngine, limits: VideoLimits
    ) -> None:
        self._path = path
        self._info = info
        self._engine = engine
        self._limits = limits

    def at(
        self,
        stretches: Sequence[Stretch],
        whereabouts: Whereabouts,
        *,
        threads: int,
        report_progress: ReportProgress,
    ) -> list[Sightings]:
        """Return the athlete in every picture of these stretches, up to `threads` at a time.

        The stretches are in order and apart. A file that does not keep what its index promises
        is decoded from its beginning.

        Raises:
            ModelUnavailable: the pose model cannot be loaded.
        """
        index = read_index(self._path, self._info, self._limits)
        parts = [part for stretch in stretches for part in _parts(stretch)]
        if index is not None:
            close_ups = self._close_ups(parts, whereabouts)
            pieces = [self._piece(index, part) for part in parts]
            looks = [self._look(*one) for one in zip(pieces, close_ups, strict=True)]
            expected = sum(piece.end - piece.begin for piece in pieces)
            with suppress(NotAsIndexed):
                _run(looks, expected, threads, report_progress)
                return [close_up.seen for close_up in close_ups]
        close_ups = self._close_ups(parts, whereabouts)
        expected = round(sum(one.end_s - one.start_s for one in stretches) * self._info.source_fps)
        passes = [self._one_pass(close_ups[first::2]) for first in (0, 1)[: len(parts)]]
        _run(passes, expected, threads, report_progress)
        return [close_up.seen for close_up in close_ups]

    def _close_ups(self, stretches: Sequence[Stretch], whereabouts: Whereabouts) -> list[CloseUp]:
        return [CloseUp(one, whereabouts, self._info, self._engine) for one in stretches]

    def _piece(self, index: PictureIndex, part: Stretch) -> PieceDecoding:
        warm_up_s = settle_s(self._info.source_fps)
        piece = window(index, part.start_s, part.end_s, warm_up_s=warm_up_s)
        return PieceDecoding(self._path, self._info, index, piece, 0.0)

    def _look(self, decoding: PieceDecoding, close_up: CloseUp) -> Generator[bool, None, None]:
        with prefetched(decoding.pictures_to_its_end()) as pictures:
            yield from close_up.look(pictures)

    def _one_pass(self, close_ups: Sequence[CloseUp]) -> Generator[bool, None, None]:
        """Show each its part of one decoding.

        Every second part of a clip: the warm-up of one overlaps the part before it, and not the
        one before that.
        """
        decoding = Decoding(self._path, self._info, limits=self._limits)
        with prefetched(decoding.pictures()) as pictures:
            for close_up in close_ups:
                yield from close_up.look(pictures)


def _run(
    looks: Sequence[Generator[bool, None, None]],
    expected: int,
    threads: int,
    report_progress: ReportProgress,
) -> None:
    done = 0
    with side_by_side(looks, threads=threads) as looked:
        for is_own in looked:
            done += is_own
            report_progress(done, max(done, expected))


def _parts(stretch: Stretch) -> Iterator[Stretch]:
    count = max(1, int(np.ceil((stretch.end_s - stretch.start_s) / MAX_PART_S)))
    cuts = np.linspace(stretch.start_s, stretch.end_s, count + 1).tolist()
    for start_s, end_s in pairwise(cuts):
        yield Stretch(start_s=start_s, end_s=end_s)
