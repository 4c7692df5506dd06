"""Clips with a display matrix beside the originals that they show."""

from collections.abc import Iterator
from typing import Any

from benchmarks.accuracy.studio import Studio
from shared.results import Exercise, Metric, Movement

BEAM: dict[str, Any] = {"movement": Movement.GENERAL}
SQUATS: dict[str, Any] = {
    "movement": Movement.WORKOUT,
    "exercise": Exercise.SQUAT,
    "sample_fps": 0,
}
PAIRS = (
    ("rotated_minus90.mp4", "beam_front.mp4", BEAM),
    ("rotated_plus90.mp4", "beam_front.mp4", BEAM),
    ("rotated_180.mp4", "squats.mp4", SQUATS),
)


def angles(studio: Studio) -> Iterator[float]:
    """Yield differences in degrees; NaN where one of the two is missing."""
    for given, expected in _pairs(studio):
        if expected.unit == "deg" and (given.value is None) != (expected.value is None):
            yield float("nan")
        elif expected.unit == "deg" and given.value is not None and expected.value is not None:
            yield abs(given.value - expected.value)


def scores(studio: Studio) -> Iterator[float]:
    """Yield differences of scores, and of values between 0 and 1; NaN where one is missing."""
    for given, expected in _pairs(studio):
        if (given.score is None) != (expected.score is None):
            yield float("nan")
        elif given.score is not None and expected.score is not None:
            yield abs(given.score - expected.score)
        elif expected.unit == "ratio" and given.value is not None and expected.value is not None:
            yield abs(given.value - expected.value)


def repetitions(studio: Studio) -> Iterator[float]:
    """Yield by how many the repetitions of the squats differ upside down."""
    given, expected = (
        studio.analysis(name, **SQUATS).results.reps for name in ("rotated_180.mp4", "squats.mp4")
    )
    yield float(abs(len(given) - len(expected)))


def _pairs(studio: Studio) -> Iterator[tuple[Metric, Metric]]:
    for turned, original, settings in PAIRS:
        given = studio.analysis(turned, **settings).results.metrics
        for key, metric in studio.analysis(original, **settings).results.metrics.items():
            yield given[key], metric


CHECKS = {
    "rotated_angles": angles,
    "rotated_scores": scores,
    "rotated_reps": repetitions,
}
