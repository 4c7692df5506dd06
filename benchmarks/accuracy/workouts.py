"""The labelled squats: landmarks beside the reference, repetitions beside the labels."""

from collections.abc import Iterator

import numpy as np

from benchmarks.accuracy.studio import Studio
from shared.results import EventType, Exercise, Movement, Repetition
from worker_service.pipeline.track import PoseTrack

CLIP, REFERENCE = "squats.mp4", "squats.reference.json"
SETTINGS = {"movement": Movement.WORKOUT, "exercise": Exercise.SQUAT, "sample_fps": 0}


def landmarks(studio: Studio) -> Iterator[float]:
    """Yield the median distance from the reference in every picture, in pixels."""
    track: PoseTrack = studio.analysis(CLIP, **SETTINGS).track
    reference = np.array(studio.json(REFERENCE))[:, :, :2]
    rows = {int(frame): row for row, frame in enumerate(track.frame)}
    for frame, expected in enumerate(reference):
        row = rows.get(frame)
        if row is None:
            continue  # a repeated picture is no sample
        yield float(np.median(np.linalg.norm(track.xy_px[row] - expected, axis=1)))


def complete(studio: Studio) -> Iterator[float]:
    """Yield by how many the complete repetitions are miscounted."""
    expected = studio.labels(CLIP)["complete_reps"]
    yield abs(sum(rep.complete for rep in _reps(studio)) - expected)


def partial(studio: Studio) -> Iterator[float]:
    """Yield by how many the unfinished repetitions are miscounted."""
    expected = len(studio.labels(CLIP)["partial_reps"])
    yield abs(sum(not rep.complete for rep in _reps(studio)) - expected)


def bottoms(studio: Studio) -> Iterator[float]:
    """Yield how far each labelled bottom is from the next one found, in seconds."""
    events = studio.analysis(CLIP, **SETTINGS).results.events
    found = [event.t_s for event in events if event.type is EventType.REP_BOTTOM]
    for rep in studio.labels(CLIP)["reps"]:
        yield min((abs(t_s - rep["extreme_s"]) for t_s in found), default=float("nan"))


def _reps(studio: Studio) -> list[Repetition]:
    return studio.analysis(CLIP, **SETTINGS).results.reps


CHECKS = {
    "squats_landmarks": landmarks,
    "squats_reps": complete,
    "squats_partial": partial,
    "squats_bottoms": bottoms,
}
