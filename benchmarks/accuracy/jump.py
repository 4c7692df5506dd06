"""The jump from the roof: the sample video, and the same recording among the labelled clips."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.accuracy.studio import SAMPLE, Studio
from benchmarks.accuracy.whereabouts import Path, off_path, without
from shared.results import EventType
from worker_service.pipeline.metrics.geometry import joint_angle_deg

FPS = 30.0
TAKE_OFF_S, LANDING_S = 5.5667, 6.3333
EVERY: dict[str, Any] = {"sample_fps": 0}
LABELLED = "jump_two_people.mp4"

MAN = Path(
    t_s=(0.0, 3.2, 3.8, 4.43, 5.07, 5.43, 5.7, 6.33, 6.6, 6.97, 7.6),
    x=(0.36, 0.36, 0.39, 0.44, 0.455, 0.445, 0.49, 0.60, 0.61, 0.68, 0.83),
    y=(0.27, 0.27, 0.27, 0.28, 0.29, 0.31, 0.22, 0.70, 0.80, 0.75, 0.72),
)
"""His hips, read off the pictures."""


def athlete(studio: Studio) -> Iterator[float]:
    """Yield 1 for every picture in which the athlete is somewhere else than the man."""
    return off_path(studio.analysis(SAMPLE).track, MAN)


def seen(studio: Studio) -> Iterator[float]:
    """Yield 1 for every picture without the athlete while the man is there."""
    return without(studio.analysis(SAMPLE).track, MAN)


def take_off(studio: Studio) -> Iterator[float]:
    """Yield the errors in pictures, of two looks and of every picture."""
    return _off(studio, EventType.TAKE_OFF, TAKE_OFF_S)


def landing(studio: Studio) -> Iterator[float]:
    """Yield the errors in pictures, of two looks and of every picture."""
    return _off(studio, EventType.LANDING, LANDING_S)


def knees(studio: Studio) -> Iterator[float]:
    """Yield errors in degrees of the right knee, at the labelled moments."""
    track = studio.analysis(SAMPLE, **EVERY).track
    for label in studio.labels(LABELLED)["angles"]:
        row = int(np.abs(track.t_s - label["t_s"]).argmin())
        hip, knee, ankle = (
            track.point(f"{label['side']}_{part}")[row][None] for part in ("hip", "knee", "ankle")
        )
        yield abs(float(joint_angle_deg(hip, knee, ankle)[0]) - label["deg"])


def _off(studio: Studio, kind: EventType, true_s: float) -> Iterator[float]:
    for settings in ({}, EVERY):
        events = studio.analysis(SAMPLE, **settings).results.events
        offs = [abs(event.t_s - true_s) * FPS for event in events if event.type is kind]
        yield min(offs, default=float("nan"))


CHECKS = {
    "sample_athlete": athlete,
    "sample_seen": seen,
    "sample_take_off": take_off,
    "sample_landing": landing,
}
LABELLED_CHECKS = {"jump_knees": knees}
