"""Look at every sampled picture of a clip, pieces of it side by side."""

from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from worker_service.pipeline.engine import PoseEngine
from worker_service.pipeline.pose.follow import MAX_PEOPLE
from worker_service.pipeline.pose.footage import Footage, joined_footage
from worker_service.pipeline.pose.lookout import InTurn, Lookout, Opener, Part
from worker_service.pipeline.pose.progress import ReportProgress
from worker_service.pipeline.pose.sightings import Sightings, joined
from worker_service.pipeline.video.decode import Decoding, breaks_off
from worker_service.pipeline.video.index import read_index
from worker_service.pipeline.video.piece_decode import NotAsIndexed, PieceDecoding
from worker_service.pipeline.video.pieces import cut
from worker_service.pipeline.video.prefetch import prefetched, side_by_side
from worker_service.pipeline.video.probe import VideoInfo, VideoLimits


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """Who was seen in a clip, and what the clip turned out to be.

    Attributes:
        sightings: of the whole clip.
        frames_seen: pictures in the file, sampled or not.
        duration_s: time of the last picture plus one picture's duration.
        truncated: the file broke off or was damaged; everything readable was used.
        distinct_t_s: (k,) times of all pictures, sampled or not, that are no copy of the one
            before.
        footage: what the pictures were like.
    """

    sightings: Sightings
    frames_seen: int
    duration_s: float
    truncated: bool
    distinct_t_s: NDArray[np.float64]
    footage: Footage


class Watch:
    """Watches one clip. What is seen follows from the clip, not from the number of threads."""

    def __init__(
        self, info: VideoInfo, engine: PoseEngine, threads: int, report_progress: ReportProgress
    ) -> None:
        """Prepare to look at up to `threads` pieces at a time."""
        self._info = info
        self._engine = engine
        self._threads = threads
        self._report_progress = report_progress
        self._reported = 0

    def clip(self, path: Path, *, sample_fps: float, limits: VideoLimits) -> Watched:
        """Watch a clip in pieces where it keeps what its index promises, else in one pass.

        What `report_progress` raises ends it and comes out unchanged.

        Raises:
            PermanentJobError: the video cannot be used; see `Decoding.pictures`.
            ModelUnavailable: the pose model cannot be loaded.
        """
        whole = Decoding(path, self._info, sample_fps=sample_fps, limits=limits)
        index = read_index(path, self._info, limits)
        if index is not None:
            pixels = self._info.width * self._info.height
            pieces = cut(index, whole.grid_hz, pixels=pixels)
            alone = len(pieces) == 1
            parts = [
                PieceDecoding(path, self._info, index, piece, whole.grid_hz, alone=alone)
                for piece in pieces
            ]
            with suppress(NotAsIndexed):
                sightings, footage = self._watch(parts, whole.expected_pictures)
                cut_off = breaks_off(index.duration_s, self._info)
                distinct_t_s = np.concatenate([part.distinct_t_s for part in parts])
                return Watched(
                    sightings, len(index), index.duration_s, cut_off, distinct_t_s, footage
                )
        sightings, footage = self._watch([whole], whole.expected_pictures)
        return Watched(
            sightings,
            whole.frames_seen,
            whole.duration_s,
            whole.truncated,
            whole.distinct_t_s,
            footage,
        )

    def _watch(self, parts: Sequence[Part], expected: int) -> tuple[Sightings, Footage]:
        """Begin with the last part: each needs to know what the ones after it saw."""
        done = 0
        with self._engine.scanning(MAX_PEOPLE) as scanner:
            lookouts = self._lookouts(parts, InTurn(scanner))
            looks = [lookout.look() for lookout in lookouts]
            with side_by_side(looks, threads=self._threads) as looked:
                for is_own in looked:
                    done += is_own
                    self._report(done, expected)
        footage = joined_footage([lookout.footage for lookout in reversed(lookouts)])
        return joined(lookouts[-1].seen()), footage

    def _lookouts(self, parts: Sequence[Part], scanner: InTurn) -> list[Lookout]:
        """One for each part, the last part's first."""
        opener: Opener = prefetched if len(parts) < self._threads else closing
        lookouts: list[Lookout] = []
        for part in reversed(parts):
            following = lookouts[-1] if lookouts else None
            lookout = Lookout(
                part,
                self._info,
                engine=self._engine,
                scanner=scanner,
                following=following,
                opener=opener,
            )
            lookouts.append(lookout)
        return lookouts

    def _report(self, done: int, expected: int) -> None:
        """Report progress that never goes back, though the work may begin again."""
        self._reported = max(self._reported, done)
        self._report_progress(self._reported, max(self._reported, expected))
