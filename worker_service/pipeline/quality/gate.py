"""Put every question to a recording and draw the conclusion."""

from collections.abc import Iterator
from math import isfinite, isnan
from typing import TYPE_CHECKING

from shared.errors import NoPersonFound, NotAnalysable
from shared.results import Quality, QualityCheck, View, ViewEstimate
from worker_service.pipeline.metrics.scene import RATE_TOLERANCE
from worker_service.pipeline.quality.questions import (
    FEWEST_HZ,
    PLACES,
    QUESTIONS,
    RATE_ADVICE,
    Question,
)
from worker_service.pipeline.quality.recording import Recording
from worker_service.pipeline.signals.view import estimate_view

if TYPE_CHECKING:
    from shared.analysis import AnalysisSettings
    from shared.results import PoseSummary
    from worker_service.pipeline.pose.footage import Footage
    from worker_service.pipeline.track import PoseTrack

_DECISIVE = frozenset(question.id for question in QUESTIONS if question.decisive)


def judge(
    track: "PoseTrack",
    summary: "PoseSummary",
    settings: "AnalysisSettings",
    footage: "Footage | None" = None,
) -> Quality:
    """Put every question to a recording; those about pictures need `footage`.

    It is usable when every decisive check passes: one take at one speed, with the athlete large
    enough and there for long enough. Where one fails, what can still be read stays a number, each
    with its own confidence, but technique is neither faulted nor praised.

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
    return Quality(
        usable=all(check.passed for check in checks if check.id in _DECISIVE),
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
            passed = one.passes(answer, one.limit)
            yield _check(one.id, answer, one.limit, one.unit, one.advice, passed=passed)
    settings = recording.settings
    rate_hz, fewest_hz = recording.rate_hz(), FEWEST_HZ[settings.movement]
    enough = rate_hz >= fewest_hz * RATE_TOLERANCE
    yield _check("sample_rate", rate_hz, fewest_hz, "1/s", RATE_ADVICE, passed=enough)
    place = PLACES.get(settings.movement) or PLACES.get(settings.exercise or settings.movement)
    if place:
        there = recording.view.label in place.views
        yield _check(place.id, float(there), 1.0, "1", place.advice, passed=there)


def _check(
    name: str, value: float, limit: float, unit: str, advice: str, *, passed: bool
) -> QualityCheck:
    return QualityCheck(
        id=name,
        passed=passed,
        value=round(value, 3),
        limit=limit,
        unit=unit,
        advice=None if passed else advice,
    )
