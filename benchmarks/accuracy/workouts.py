"""The labelled squats: landmarks beside the reference, repetitions beside the labels."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy.studio import Studio
from shared.results import EventType, Exercise, Movement, Repetition
from worker_service.pipeline.track import PoseTrack

CLIP, REFERENCE = "squats.mp4", "squats.reference.json"
MADE_AT_FPS = 30
"""The test that the reference belongs to (tfjs-models, pose-detection) steps through the clip, of 5
pictures a second, with a simulated clock; this one gives the landmarks of the reference."""

SETTINGS = {"movement": Movement.WORKOUT, "exercise": Exercise.SQUAT, "sample_fps": 0}


def landmarks(studio: Studio) -> Iterator[float]:
    """Yield how far each landmark is from the reference in every picture, in pixels.

    The pictures are shown as the reference's makers showed them (`MADE_AT_FPS`): between pictures
    so close in time the model smooths more.
    """
    yield from _off(studio, studio.analysis_at(CLIP, MADE_AT_FPS, **SETTINGS).track).ravel()


def usual_landmarks(studio: Studio) -> Iterator[float]:
    """Yield how far each is at the clip's own pace, in pixels."""
    yield from _off(studio, studio.analysis(CLIP, **SETTINGS).track).ravel()


def _off(studio: Studio, track: PoseTrack) -> NDArray[np.float64]:
    """(pictures, 33) pixels from the reference; a repeated picture is no sample."""
    reference = np.array(studio.json(REFERENCE))[:, :, :2]
    return np.asarray(np.linalg.norm(track.xy_px - reference[track.frame], axis=2))


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
    "squats_usual_landmarks": usual_landmarks,
    "squats_reps": complete,
    "squats_partial": partial,
    "squats_bottoms": bottoms,
}
