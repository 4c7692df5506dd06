"""The gate before measuring: can this recording carry measurements, and what to film better."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shared.errors import NoPersonFound, NotAnalysable
from shared.results import Movement, Quality, QualityCheck, View, ViewEstimate
from worker_service.pipeline.signals.view import estimate_view

if TYPE_CHECKING:
    from shared.analysis import AnalysisSettings
    from shared.results import PoseSummary
    from worker_service.pipeline.track import PoseTrack

RELIABLE_DETECTION = 0.6
"""Share of pictures with the athlete below which nothing is relied on."""

LOWEST_USABLE = 0.5
"""With more than half of the checks failed, no number should be trusted."""


@dataclass(frozen=True, slots=True)
class Question:
    """One thing a recording must have.

    Attributes:
        limit: below, the check fails and advice is given.
        hopeless: below, nothing can be measured at all.
    """

    id: str
    unit: str
    limit: float
    hopeless: float
    advice: str
    answer: Callable[["PoseTrack", "PoseSummary"], float]


def athlete_height_px(track: "PoseTrack", _: "PoseSummary") -> float:
    """Height of the athlete, nose to lower foot, at their most upright; 0 when never seen whole.

    The nose sits about an eighth below the crown, which is added.
    """
    feet = np.fmax(track.point("left_heel")[:, 1], track.point("right_heel")[:, 1])
    heights = (feet - track.point("nose")[:, 1]) * 8.0 / 7.0
    known = heights[np.isfinite(heights)]
    return float(np.percentile(known, 90)) if len(known) else 0.0


QUESTIONS: tuple[Question, ...] = (
    Question(
        id="duration",
        unit="s",
        limit=0.8,
        hopeless=0.3,
        advice="Start filming a second before the movement and stop a second after it.",
        answer=lambda track, _: float(np.ptp(track.real_s)) if len(track) else 0.0,
    ),
    Question(
        id="picture_size",
        unit="px",
        limit=360,
        hopeless=90,
        advice="Film in 720p or better; this picture is very small.",
        answer=lambda _, summary: float(min(summary.width, summary.height)),
    ),
    Question(
        id="athlete_seen",
        unit="1",
        limit=RELIABLE_DETECTION,
        hopeless=0.1,
        advice="Keep the whole athlete in the picture from start to finish, with nobody in front.",
        answer=lambda _, summary: summary.detection_rate,
    ),
    Question(
        id="athlete_height",
        unit="px",
        limit=160,
        hopeless=40,
        advice="Go closer or zoom in: the athlete should fill half the picture's height or more.",
        answer=athlete_height_px,
    ),
    Question(
        id="visibility",
        unit="1",
        limit=0.6,
        hopeless=0.2,
        advice="Use even light from behind the camera and clothes unlike the background.",
        answer=lambda _, summary: summary.mean_visibility,
    ),
)

_RATE_ADVICE = "Film at 60 pictures a second or more, and analyse every picture of short clips."
_SQUARE_ADVICE = (
    "Put the camera square to the pitch, at hip height: the stride should cross the picture."
)
_FEWEST_HZ = {Movement.GENERAL: 12.0}
_CRICKET_FEWEST_HZ = 24.0


def judge(track: "PoseTrack", summary: "PoseSummary", settings: "AnalysisSettings") -> Quality:
    """Put every question to a recording.

    Raises:
        NoPersonFound: no picture shows the athlete.
        NotAnalysable: an answer is so poor that nothing can be measured; the sentence is advice.
    """
    if not track.present.any():
        raise NoPersonFound
    for question in QUESTIONS:
        if question.answer(track, summary) < question.hopeless:
            raise NotAnalysable(f"This recording cannot be measured. {question.advice}")
    view = _view(track, settings)
    checks = [_ask(question, track, summary) for question in QUESTIONS]
    checks += [_rate_check(track, settings), *_view_checks(view, settings)]
    passed = sum(check.passed for check in checks)
    return Quality(
        usable=passed > LOWEST_USABLE * len(checks)
        and summary.detection_rate >= RELIABLE_DETECTION,
        view=view,
        checks=checks,
        retake_advice=[check.advice for check in checks if check.advice],
    )


def _view(track: "PoseTrack", settings: "AnalysisSettings") -> ViewEstimate:
    """What the coach says about the camera wins."""
    if settings.camera_view not in (None, View.UNKNOWN):
        return ViewEstimate(label=settings.camera_view, confidence=1.0)
    return estimate_view(track, settings.movement)


def _ask(question: Question, track: "PoseTrack", summary: "PoseSummary") -> QualityCheck:
    value = question.answer(track, summary)
    return _check(
        question.id, value, limit=question.limit, unit=question.unit, advice=question.advice
    )


def _rate_check(track: "PoseTrack", settings: "AnalysisSettings") -> QualityCheck:
    limit = _FEWEST_HZ.get(settings.movement, _CRICKET_FEWEST_HZ)
    rate = track.rate_hz
    return _check("sample_rate", rate, limit=limit, unit="1/s", advice=_RATE_ADVICE)


def _view_checks(view: ViewEstimate, settings: "AnalysisSettings") -> list[QualityCheck]:
    """Ask for a square camera where the metrics need one: in cricket."""
    if settings.movement is Movement.GENERAL:
        return []
    square = 1.0 if view.label is View.SIDE else 0.0
    return [_check("camera_square", square, limit=1.0, unit="1", advice=_SQUARE_ADVICE)]


def _check(name: str, value: float, *, limit: float, unit: str, advice: str) -> QualityCheck:
    passed = value >= limit * 0.98
    return QualityCheck(
        id=name,
        passed=passed,
        value=round(value, 3),
        limit=limit,
        unit=unit,
        advice=None if passed else advice,
    )
