"""The questions, their limits and the advice, in the order in which a coach reads them.

Limits are the app's own, version 1. Sharpness of real clips lies between 0.6 and 0.8, and
cameras on tripods do not move at all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from operator import ge, le

from shared.results import Exercise, Movement, View
from worker_service.pipeline.quality.recording import Recording

RELIABLE_DETECTION = 0.6
"""Share of pictures with the athlete below which nothing is relied on."""

Compare = Callable[[float, float], bool]


@dataclass(frozen=True, slots=True)
class Question:
    """One thing a recording must have.

    Attributes:
        limit: beyond, the check fails and advice is given.
        hopeless: beyond, nothing can be measured at all; None: a poor answer spoils only a part.
        decisive: whether technique is judged only where this passes. Of the others, every metric
            takes account by itself, or they only make it harder to see.
        passes: whether an answer is within a limit: `ge` for at least, `le` for at most.
    """

    id: str
    unit: str
    answer: Callable[[Recording], float]
    limit: float
    advice: str
    hopeless: float | None = None
    passes: Compare = ge
    decisive: bool = False


QUESTIONS: tuple[Question, ...] = (
    Question(
        id="duration",
        unit="s",
        answer=Recording.duration_s,
        limit=0.8,
        hopeless=0.3,
        advice="Start filming a second before the movement and stop a second after it.",
    ),
    Question(
        id="picture_size",
        unit="px",
        answer=Recording.short_side_px,
        limit=350,
        hopeless=90,
        advice="Film in 720p or better; this picture is very small.",
    ),
    Question(
        id="light",
        unit="1",
        answer=Recording.lit_share,
        limit=0.4,
        advice="Film in daylight or switch more lights on; most of this picture is black.",
    ),
    Question(
        id="glare",
        unit="1",
        answer=Recording.white_share,
        limit=0.35,
        passes=le,
        advice="Film with the sun or the lamp behind you; much of this picture is burnt out.",
    ),
    Question(
        id="sharpness",
        unit="1",
        answer=Recording.sharpness,
        limit=0.4,
        advice="Wipe the lens and tap on the athlete to focus; the picture is blurred.",
    ),
    Question(
        id="camera_still",
        unit="widths/s",
        answer=Recording.camera_speed,
        limit=0.05,
        passes=le,
        advice="Put the phone on a tripod or lean it on something; do not follow with the camera.",
    ),
    Question(
        id="one_scene",
        decisive=True,
        unit="1",
        answer=Recording.cuts,
        limit=0,
        passes=le,
        advice="Send one take without cuts; trim off what does not belong to it.",
    ),
    Question(
        id="steady_clock",
        decisive=True,
        unit="1",
        answer=Recording.clock_changes,
        limit=0,
        passes=le,
        advice="Send the clip at one speed: no slow motion that begins or ends inside it.",
    ),
    Question(
        id="athlete_seen",
        decisive=True,
        unit="1",
        answer=Recording.share_with_athlete,
        limit=RELIABLE_DETECTION,
        hopeless=0.1,
        advice="Keep the whole athlete in the picture from start to finish, with nobody in front.",
    ),
    Question(
        id="athlete_height",
        decisive=True,
        unit="px",
        answer=Recording.athlete_height_px,
        limit=160,
        hopeless=40,
        advice="Go closer or zoom in: the athlete should fill half the picture's height or more.",
    ),
    Question(
        id="visibility",
        unit="1",
        answer=Recording.visibility,
        limit=0.6,
        hopeless=0.2,
        advice="Use even light from behind the camera and clothes unlike the background.",
    ),
)

FEWEST_HZ: dict[Movement, float] = {
    Movement.GENERAL: 12.0,
    Movement.WORKOUT: 12.0,
    Movement.RUNNING: 24.0,
    Movement.CRICKET_BATTING: 24.0,
    Movement.CRICKET_BOWLING: 24.0,
}
"""Pictures a second that a movement's own metrics ask for; each says for itself what is its least
(`min_rate_hz` in the tables), so that below only a part of them is missing."""

RATE_ADVICE = "Film at 60 pictures a second or more."


@dataclass(frozen=True, slots=True)
class Place:
    """Where the camera should stand."""

    id: str
    views: tuple[View, ...]
    advice: str


_SQUARE = Place(
    "camera_square",
    (View.SIDE,),
    "Put the camera square to the pitch, at hip height: the stride should cross the picture.",
)
_BESIDE = Place(
    "camera_beside",
    (View.SIDE,),
    "Film from the side, at hip height: one shoulder should hide the other.",
)
_FACING = Place(
    "camera_facing",
    (View.FRONT, View.REAR),
    "Film from straight ahead or straight behind, at chest height: both sides should show.",
)

PLACES: dict[Movement | Exercise, Place] = {
    Movement.CRICKET_BATTING: _SQUARE,
    Movement.CRICKET_BOWLING: _SQUARE,
    Movement.RUNNING: _BESIDE,
    Exercise.SQUAT: _BESIDE,
    Exercise.PUSH_UP: _BESIDE,
    Exercise.LUNGE: _BESIDE,
    Exercise.DEADLIFT: _BESIDE,
    Exercise.SIT_UP: _BESIDE,
    Exercise.JUMPING_JACK: _FACING,
    Exercise.PULL_UP: _FACING,
}
"""What shows a movement's main metrics; a movement that is not here may be filmed from anywhere."""
