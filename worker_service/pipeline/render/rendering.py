"""Make the renditions of an analysed video in one pass over it."""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from shared.files import POSE_NAME, RESULTS_NAME, VIDEO_INPUT
from shared.renditions.document import RenderOptions, Rendition
from shared.results import Results
from worker_service.pipeline.drawing.stored import (
    ANNOTATED_NAME,
    PLAYBACK_NAME,
    THUMBNAIL_NAME,
    stored_file,
)
from worker_service.pipeline.engine import Picture
from worker_service.pipeline.render.artist import Artist
from worker_service.pipeline.render.film import Film
from worker_service.pipeline.render.key_frames import Stills
from worker_service.pipeline.render.moments import cover_s, key_moments
from worker_service.pipeline.render.shown import shown
from worker_service.pipeline.render.source import read_source
from worker_service.pipeline.steps import RENDERING, Step, StepProgress
from worker_service.pipeline.stored_pose import read_pose
from worker_service.pipeline.track import PoseTrack
from worker_service.pipeline.video.decode import Decoding
from worker_service.pipeline.video.prefetch import prefetched
from worker_service.pipeline.video.probe import VideoLimits, probe
from worker_service.pipeline.video.sampling import nearest_to_grid
from worker_service.pipeline.video.shot import Darkroom

LONG_SIDE_PX = 1920
"""Larger pictures are scaled down: phones and browsers show no more."""

AHEAD = 2
"""Pictures decoded in advance."""

Report = Callable[[StepProgress], None]


def render_job(
    inputs: Mapping[str, Path],
    options: RenderOptions,
    folder: Path,
    *,
    limits: VideoLimits,
    report_progress: Report,
) -> Rendition:
    """Render what a worker fetched: `video`, `pose.npz` and `results.json` of one analysis.

    Raises: as `render`; `ProcessingFailed` where the stored pose cannot be read.
    """
    return render(
        inputs[VIDEO_INPUT],
        read_pose(inputs[POSE_NAME]).pose.track,
        Results.model_validate_json(inputs[RESULTS_NAME].read_bytes()),
        options,
        folder,
        limits=limits,
        report_progress=report_progress,
    )


def render(
    video: Path,
    track: PoseTrack,
    results: Results,
    options: RenderOptions,
    folder: Path,
    *,
    limits: VideoLimits | None = None,
    report_progress: Report = lambda _: None,
) -> Rendition:
    """Write both films, the thumbnail, the stills and `results.json` into a folder.

    The films are on the video's own clock, its first picture at 0; `options.fps` drops pictures of
    the annotated one only. Memory does not grow with the video's length. `report_progress` is
    called after every picture, and what it raises comes out unchanged.

    Raises:
        VideoUnreadable: not a video.
        VideoEmpty: a video without one decodable picture.
        VideoTooLong: longer than `limits`.
    """
    started = time.perf_counter()
    info = probe(video, limits)
    decoding = Decoding(video, info, limits=limits, long_side_px=LONG_SIDE_PX, with_copies=True)
    size = Darkroom(info, LONG_SIDE_PX).size
    source = read_source(video, info.source_fps)
    usual_step_s = 1.0 / info.source_fps
    artist = Artist.of(track, results.events, options, size)
    stills = Stills(folder, key_moments(results), cover_s(results, track))
    progress = _Progress(report_progress, decoding.expected_pictures)

    def played(pictures: Iterator[Picture], film: Film) -> Iterator[Picture]:
        """Pass every picture on once it is in the playback film and among the stills."""
        for each in shown(map(artist.cleared, pictures), usual_step_s):
            film.add(each.picture.rgb, each.picture.t_s, each.until_s)
            stills.take(each, artist.drawn)
            progress.one_more()
            yield each.picture

    with (
        prefetched(decoding.pictures(), AHEAD) as pictures,
        Film(folder / PLAYBACK_NAME, size, source, crf=options.crf) as playback,
        Film(folder / ANNOTATED_NAME, size, source, crf=options.crf) as annotated,
    ):
        wanted = nearest_to_grid(played(pictures, playback), _grid_hz(options, info.source_fps))
        for each in shown(wanted, usual_step_s):
            annotated.add(artist.drawn(each.picture), each.picture.t_s, each.until_s)
    width, height = size
    seconds = time.perf_counter() - started
    rendition = Rendition(
        options=options,
        width=width,
        height=height,
        duration_s=decoding.duration_s,
        annotated=stored_file(folder / ANNOTATED_NAME),
        playback=stored_file(folder / PLAYBACK_NAME),
        thumbnail=stored_file(folder / THUMBNAIL_NAME),
        key_frames=stills.key_frames,
        timings_s={Step.RENDERING: round(seconds, 4)},
    )
    (folder / RESULTS_NAME).write_text(rendition.model_dump_json(indent=1) + "\n")
    progress.over(seconds)
    return rendition


def _grid_hz(options: RenderOptions, source_fps: float) -> float:
    """Return the rate to thin out to; 0 for every picture."""
    return options.fps if options.fps is not None and options.fps < source_fps else 0.0


class _Progress:
    """Counts pictures; the header may have promised fewer than there are."""

    def __init__(self, report: Report, expected: int) -> None:
        self._report = report
        self._expected = expected
        self._done = 0

    def one_more(self) -> None:
        self._done += 1
        self._say(min(self._done / self._expected, 1.0), None)

    def over(self, seconds: float) -> None:
        self._say(1.0, seconds)

    def _say(self, within: float, seconds: float | None) -> None:
        total = max(self._expected, self._done)
        self._report(
            StepProgress(Step.RENDERING, within, self._done, total, seconds, steps=RENDERING)
        )
