"""Step 1: from a video file to one athlete's landmarks over time."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared.analysis import AnalysisSettings
from shared.results import PoseSummary
from worker_service.pipeline.engine import PoseEngine
from worker_service.pipeline.pose import body
from worker_service.pipeline.pose.athlete import athlete, candidates
from worker_service.pipeline.pose.people import people
from worker_service.pipeline.pose.repair import repaired
from worker_service.pipeline.pose.sightings import Sightings
from worker_service.pipeline.pose.watch import ReportProgress, Watch, Watched
from worker_service.pipeline.track import LANDMARKS, Origin, PoseTrack
from worker_service.pipeline.video.probe import VideoInfo, VideoLimits, probe

MAX_THREADS = 2
"""Every piece at work holds a decoder and a landmarker of 73 MB for each person."""


@dataclass(frozen=True, slots=True, eq=False)
class PoseOutcome:
    """What step 1 found."""

    track: PoseTrack
    summary: PoseSummary


def estimate_pose(
    path: Path,
    settings: AnalysisSettings,
    *,
    engine: PoseEngine,
    limits: VideoLimits | None = None,
    threads: int | None = None,
    report_progress: ReportProgress = lambda _done, _total: None,
) -> PoseOutcome:
    """Follow everyone in a video, choose the athlete and mend the track.

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
    info = probe(path, limits)
    watch = Watch(info, engine, threads or _usual_threads(), report_progress)
    watched = watch.clip(path, sample_fps=settings.sample_fps, limits=limits or VideoLimits())
    found = candidates(watched.sightings, people(watched.sightings))
    track = _track(watched.sightings, athlete(found).rows, info, settings.slow_motion_factor)
    summary = _summary(track, watched, info, people_seen=len(found))
    return PoseOutcome(repaired(track), summary)


def _usual_threads() -> int:
    return min(MAX_THREADS, os.cpu_count() or 1)


def _track(
    sightings: Sightings, rows: NDArray[np.int64], info: VideoInfo, slow_motion_factor: float
) -> PoseTrack:
    """Lay one person's sightings out over all sampled pictures."""
    n = len(sightings.t_s)
    values = np.full((n, len(LANDMARKS), sightings.landmarks.shape[2]), np.nan)
    values[sightings.picture[rows]] = sightings.landmarks[rows]
    seen = np.isfinite(values[:, :, 0])
    return PoseTrack(
        t_s=sightings.t_s,
        frame=sightings.frame,
        xy_px=values[:, :, :2],
        visibility=np.nan_to_num(values[:, :, 2]),
        world_m=values[:, :, 3:],
        origin=np.where(seen, Origin.DETECTED, Origin.MISSING).astype(np.uint8),
        width_px=info.width,
        height_px=info.height,
        slow_motion_factor=slow_motion_factor,
    )


def _summary(
    track: PoseTrack, watched: Watched, info: VideoInfo, *, people_seen: int
) -> PoseSummary:
    present = track.present
    return PoseSummary(
        frames_total=watched.frames_seen,
        frames_sampled=len(track),
        frames_with_athlete=int(present.sum()),
        detection_rate=float(present.mean()),
        mean_visibility=float(np.clip(track.visibility[present][:, body.JOINTS].mean(), 0, 1)),
        sample_fps=_rate_hz(track) or info.source_fps,
        source_fps=info.source_fps,
        duration_s=watched.duration_s,
        width=info.width,
        height=info.height,
        rotation_deg=info.rotation_deg,
        people_seen=people_seen,
        truncated=watched.truncated,
    )


def _rate_hz(track: PoseTrack) -> float:
    """Usual samples per second of video; 0 for a single picture."""
    return float(1.0 / np.median(np.diff(track.t_s))) if len(track) > 1 else 0.0
