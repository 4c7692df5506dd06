"""Put every question to a recording and draw the conclusion."""

from collections.abc import Iterator
from math import isfinite, isnan
from operator import ge
from typing import TYPE_CHECKING

from shared.errors import NoPersonFound, NotAnalysable
from shared.results import Quality, QualityCheck, View, ViewEstimate
from worker_service.pipeline.quality.questions import (
    FEWEST_HZ,
    PLACES,
    QUESTIONS,
    RATE_ADVICE,
    RELIABLE_DETECTION,
    Compare,
    Question,
)
from worker_service.pipeline.quality.recording import Recording
from worker_service.pipeline.signals.view import estimate_view

if TYPE_CHECKING:
    from shared.analysis import AnalysisSettings
    from shared.results import PoseSummary
    from worker_service.pipeline.pose.footage import Footage
    from worker_service.pipeline.track import PoseTrack

LOWEST_USABLE = 2 / 3
"""With fewer of the checks passed, no number should be trusted."""

NEARLY = 0.98
"""59.94 Hz is 60 Hz, and 353 px are about 360."""


def judge(
    track: "PoseTrack",
    summary: "PoseSummary",
    settings: "AnalysisSettings",
    footage: "Footage | None" = None,
) -> Quality:
    """Put every question to a recording; those about pictures need `footage`.

    Raises:
        NoPersonFound: no picture shows the athlete.
        NotAnalysable: an answer is so poor that nothing can be measured; the sentence is advice.
    """
    if not track.present.any():
        raise NoPersonFound
    recording = Recording(track, summary, settings, _view(track, settings), footage)
    for question in QUESTIONS:
        if _is_hopeless(question, recording):
            raise NotAnalysable(f"This recording cannot be measured. {question.advice}")
    checks = list(_checks(recording))
    passed = sum(check.passed for check in checks)
    return Quality(
        usable=passed > LOWEST_USABLE * len(checks)
        and summary.detection_rate >= RELIABLE_DETECTION,
        view=recording.view,
        checks=checks,
        retake_advice=[check.advice for check in checks if check.advice],
    )


def _view(track: "PoseTrack", settings: "AnalysisSettings") -> ViewEstimate:
    """What the coach says about the camera wins."""
    if settings.camera_view not in (None, View.UNKNOWN):
        return ViewEstimate(label=settings.camera_view, confidence=1.0)
    return estimate_view(track, settings.movement)


def _is_hopeless(question: Question, recording: Recording) -> bool:
    answer = question.answer(recording)
    if question.hopeless is None or isnan(answer):
        return False
    return not question.passes(answer, question.hopeless)


def _checks(recording: Recording) -> Iterator[QualityCheck]:
    """Ask everything; a question that the recording cannot answer is left out."""
    for one in QUESTIONS:
        answer = one.answer(recording)
        if isfinite(answer):
            yield _check(one.id, answer, one.limit, one.unit, one.advice, passes=one.passes)
    settings = recording.settings
    yield _check(
        "sample_rate", recording.rate_hz(), FEWEST_HZ[settings.movement], "1/s", RATE_ADVICE
    )
    place = PLACES.get(settings.movement) or PLACES.get(settings.exercise or settings.movement)
    if place:
        there = float(recording.view.label in place.views)
        yield _check(place.id, there, 1.0, "1", place.advice)


def _check(
    name: str, value: float, limit: float, unit: str, advice: str, *, passes: Compare = ge
) -> QualityCheck:
    passed = passes(value, limit * NEARLY if passes is ge else limit)
    return QualityCheck(
        id=name,
        passed=passed,
        value=round(value, 3),
        limit=limit,
        unit=unit,
        advice=None if passed else advice,
    )
