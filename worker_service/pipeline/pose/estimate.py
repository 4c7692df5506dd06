"""Step 1: from a video file to one athlete's landmarks over time."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from shared.analysis import EVERY_PICTURE, AnalysisSettings
from shared.results import PoseSummary, Stretch
from worker_service.pipeline.engine import PoseEngine
from worker_service.pipeline.pose import body
from worker_service.pipeline.pose.athlete import Choice, candidates, choose
from worker_service.pipeline.pose.footage import Footage
from worker_service.pipeline.pose.people import people
from worker_service.pipeline.pose.progress import Progress, ReportProgress
from worker_service.pipeline.pose.repair import repaired
from worker_service.pipeline.pose.samples import Samples
from worker_service.pipeline.pose.second_look import SecondLook
from worker_service.pipeline.pose.watch import Watch, Watched
from worker_service.pipeline.pose.whereabouts import Whereabouts
from worker_service.pipeline.signals.clock_changes import clock_changes_s
from worker_service.pipeline.signals.fast import (
    fast_stretches,
    is_looked_at_once,
    usual_second_look_s,
)
from worker_service.pipeline.signals.rates import steps_s
from worker_service.pipeline.signals.stretches import joined, lost_stretches
from worker_service.pipeline.track import PoseTrack
from worker_service.pipeline.video.probe import VideoInfo, VideoLimits, probe

MAX_THREADS = 2
"""Every piece at work holds a decoder and a landmarker of 73 MB for each person."""


@dataclass(frozen=True, slots=True, eq=False)
class PoseOutcome:
    """What step 1 found."""

    track: PoseTrack
    summary: PoseSummary
    footage: Footage


def estimate_pose(
    path: Path,
    settings: AnalysisSettings,
    *,
    engine: PoseEngine,
    limits: VideoLimits | None = None,
    threads: int | None = None,
    report_progress: ReportProgress = lambda _done, _total: None,
) -> PoseOutcome:
    """Follow everyone in a video, choose the athlete, look closely where they are fast, mend.

    Works in up to `threads` threads, by default one for each core but at most `MAX_THREADS`;
    the result does not depend on their number. `report_progress` is called in this thread, and
    what it raises ends the analysis and comes out unchanged.

    Raises:
        VideoUnreadable: not a video.
        VideoEmpty: a video without one decodable picture.
        VideoTooLong: longer than `limits`.
        NoPersonFound: nobody is seen for long enough.
        ModelUnavailable: the pose model cannot be loaded.
    """
    limits, threads = limits or VideoLimits(), threads or _usual_threads()
    info = probe(path, limits)
    sample_fps = _first_look_fps(settings, info)
    progress = Progress(report_progress, reserve=_reserve(settings, info, sample_fps))
    watched = Watch(info, engine, threads, progress.first_look).clip(
        path, sample_fps=sample_fps, limits=limits
    )
    everyone = people(watched.sightings)
    found = candidates(watched.sightings, everyone, settings.slow_motion_factor)
    choice = choose(found, watched.sightings, settings.subject_hint, (info.width, info.height))
    samples = Samples.of(watched.sightings, choice.athlete.rows)
    breaks_s = watched.footage.cuts_s
    coarse = samples.track(info, settings.slow_motion_factor, breaks_s)
    again = _to_look_at_again(coarse, settings, sample_fps)
    if again:
        whereabouts = Whereabouts(watched.sightings, choice.athlete.rows, everyone)
        second = SecondLook(path, info, engine, limits)
        samples = samples.with_close_ups(
            second.at(again, whereabouts, threads=threads, report_progress=progress.second_look)
        )
    progress.over()
    track = replace(
        samples.track(info, settings.slow_motion_factor, breaks_s),
        clock_changes_s=clock_changes_s(watched.distinct_t_s),
    )
    summary = _summary(track, watched, info, choice, people_seen=len(found), full_rate=again)
    return PoseOutcome(repaired(track), summary, watched.footage)


def _usual_threads() -> int:
    return min(MAX_THREADS, os.cpu_count() or 1)


def _first_look_fps(settings: AnalysisSettings, info: VideoInfo) -> float:
    """Return how finely to sample the whole clip; every picture where a second look is no gain."""
    if settings.sample_fps >= info.source_fps:
        return EVERY_PICTURE
    once = is_looked_at_once(settings.movement, info.duration_s)
    return EVERY_PICTURE if once else settings.sample_fps


def _to_look_at_again(
    track: PoseTrack, settings: AnalysisSettings, sample_fps: float
) -> list[Stretch]:
    """Return where every picture counts, and where the athlete was lost for a moment."""
    lost = lost_stretches(track)
    if sample_fps == EVERY_PICTURE:
        return lost
    return joined([*fast_stretches(track, settings.movement), *lost])


def _reserve(settings: AnalysisSettings, info: VideoInfo, sample_fps: float) -> int:
    """Return how many pictures a second look will probably take."""
    if sample_fps == EVERY_PICTURE:
        return 0
    return round(usual_second_look_s(settings.movement, info.duration_s) * info.source_fps)


def _summary(
    track: PoseTrack,
    watched: Watched,
    info: VideoInfo,
    choice: Choice,
    *,
    people_seen: int,
    full_rate: Sequence[Stretch],
) -> PoseSummary:
    present, lasting_s = track.present, steps_s(track.t_s)
    seen = np.clip(track.visibility[:, body.JOINTS].mean(axis=1), 0.0, 1.0)
    return PoseSummary(
        frames_total=watched.frames_seen,
        frames_sampled=len(track),
        frames_with_athlete=int(present.sum()),
        detection_rate=float(np.average(present, weights=lasting_s)),
        mean_visibility=float(np.average(seen[present], weights=lasting_s[present])),
        sample_fps=_rate_hz(watched) or info.source_fps,
        source_fps=info.source_fps,
        duration_s=watched.duration_s,
        width=info.width,
        height=info.height,
        rotation_deg=info.rotation_deg,
        people_seen=people_seen,
        subject_hint_met=choice.hint_met,
        full_rate=list(full_rate),
        truncated=watched.truncated,
    )


def _rate_hz(watched: Watched) -> float:
    """Usual samples per second of video in the first look; 0 for a single picture."""
    t_s = watched.sightings.t_s
    return float(1.0 / np.median(np.diff(t_s))) if len(t_s) > 1 else 0.0
