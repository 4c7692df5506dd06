"""The results document: what four steps say about one video, versioned.

These frozen models are both what the pipeline produces and what the API answers, so there is
one definition of a metric, an event or a finding. No NaN or infinity can get in; a value that
could not be measured is `None` with a `reason`.
"""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Fraction = Annotated[float, Field(ge=0, le=1)]


class Movement(StrEnum):
    """What the athlete does in the video."""

    GENERAL = "general"
    RUNNING = "running"
    WORKOUT = "workout"
    CRICKET_BATTING = "cricket_batting"
    CRICKET_BOWLING = "cricket_bowling"


class Exercise(StrEnum):
    """What is repeated in a workout."""

    SQUAT = "squat"
    PUSH_UP = "push_up"
    LUNGE = "lunge"
    DEADLIFT = "deadlift"
    JUMPING_JACK = "jumping_jack"
    SIT_UP = "sit_up"
    PULL_UP = "pull_up"


class Side(StrEnum):
    """The athlete's own left or right."""

    LEFT = "left"
    RIGHT = "right"


class View(StrEnum):
    """Where the camera stands, seen from the athlete."""

    SIDE = "side"
    FRONT = "front"
    REAR = "rear"
    OBLIQUE = "oblique"
    UNKNOWN = "unknown"


class EventType(StrEnum):
    """A moment with a meaning in a movement."""

    STANCE = "stance"
    BACKLIFT_TOP = "backlift_top"
    DOWNSWING_START = "downswing_start"
    FRONT_FOOT_PLANT = "front_foot_plant"
    CONTACT = "contact"
    BACK_FOOT_CONTACT = "back_foot_contact"
    FRONT_FOOT_CONTACT = "front_foot_contact"
    RELEASE = "release"
    FOLLOW_THROUGH = "follow_through"
    RUN_UP_STEP = "run_up_step"
    FOOT_CONTACT = "foot_contact"
    TOE_OFF = "toe_off"
    REP_START = "rep_start"
    REP_BOTTOM = "rep_bottom"
    REP_END = "rep_end"
    TAKE_OFF = "take_off"
    LANDING = "landing"
    MOVEMENT_PEAK = "movement_peak"


class Reason(StrEnum):
    """Why a value is missing."""

    EVENT_NOT_FOUND = "event_not_found"
    LANDMARKS_HIDDEN = "landmarks_hidden"
    NO_MOVEMENT = "no_movement"
    SAMPLE_RATE_TOO_LOW = "sample_rate_too_low"
    VIEW_UNSUITABLE = "view_unsuitable"
    SIDE_UNKNOWN = "side_unknown"
    NOT_DEFINED_FOR_MOVEMENT = "not_defined_for_movement"
    NOT_PLAUSIBLE = "not_plausible"
    CLOCK_CHANGES = "clock_changes"
    SCENE_CUT = "scene_cut"


class Wire(BaseModel):
    """Immutable, closed, and free of NaN and infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


# --- pose ---------------------------------------------------------------------------------------


class Stretch(Wire):
    """From one time of the video to another."""

    start_s: float
    end_s: float


class PoseSummary(Wire):
    """How well the athlete was seen. Sizes in pixels of the upright picture."""

    frames_total: int = Field(ge=0, description="Pictures in the source video.")
    frames_sampled: int = Field(ge=0, description="Pictures the pose model looked at.")
    frames_with_athlete: int = Field(ge=0)
    detection_rate: Fraction = Field(description="Share of the time with the athlete in sight.")
    mean_visibility: Fraction
    sample_fps: float = Field(gt=0, description="Pictures per second actually sampled.")
    source_fps: float = Field(gt=0)
    duration_s: float = Field(ge=0)
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    rotation_deg: Literal[0, 90, 180, 270] = Field(description="Clockwise turn that was applied.")
    people_seen: int = Field(ge=0)
    subject_hint_met: bool | None = Field(
        default=None,
        description="Whether somebody was where the coach pointed; None without a hint. "
        "When nobody was, the athlete was chosen as usual.",
    )
    full_rate: list["Stretch"] = Field(
        default_factory=list,
        description="Where the second pass looked at every picture; elsewhere `sample_fps` holds.",
    )
    truncated: bool = Field(
        default=False, description="The file broke off; everything before that was used."
    )


class FramesFile(Wire):
    """Where the landmarks of every sampled picture lie: gzip JSON, columnar (`Frames`)."""

    name: str
    gzip_bytes: int = Field(ge=0)
    json_bytes: int = Field(ge=0)
    sha256: str


class Frames(Wire):
    """Landmarks of every sampled picture, one column a quantity; `null` where there is none.

    Outer index = sampled picture, inner index = landmark, in the order of `landmarks`.
    """

    schema_version: Literal[1] = 1
    width: int
    height: int
    landmarks: list[str]
    frame: list[int] = Field(description="Index of the picture in the source video.")
    t_s: list[float] = Field(description="Seconds in the video's own clock.")
    x_px: list[list[float | None]]
    y_px: list[list[float | None]]
    visibility: list[list[float]]
    origin: list[list[int]] = Field(description="0 missing, 1 detected, 2 interpolated")
    world_x_m: list[list[float | None]] = Field(description="Metres from the hips' middle.")
    world_y_m: list[list[float | None]]
    world_z_m: list[list[float | None]]


class Pose(Wire):
    """Step 1. `frames` is inlined or `frames_url` given when a caller asks."""

    pose_summary: PoseSummary
    frames_file: FramesFile | None = None
    frames: Frames | None = None
    frames_url: str | None = None


# --- quality ------------------------------------------------------------------------------------


class ViewEstimate(Wire):
    """Which way the camera looks, and how sure that is."""

    label: View
    confidence: Fraction


class QualityCheck(Wire):
    """One question put to the recording; `limit` is where it starts to fail."""

    id: str
    passed: bool
    value: float | None
    limit: float
    unit: str
    advice: str | None = Field(description="What to do differently; None when passed.")


class Quality(Wire):
    """What this recording can carry."""

    usable: bool = Field(
        description="Whether technique is judged: every decisive check passed. When false there "
        "are no findings about technique and no strengths; what could still be read stays a "
        "metric with its own confidence."
    )
    view: ViewEstimate
    checks: list[QualityCheck]
    retake_advice: list[str]


# --- events and metrics -------------------------------------------------------------------------


class Event(Wire):
    """A moment in the video's own clock; `frame` indexes the source video."""

    type: EventType
    t_s: float
    frame: int
    side: Side | None = None
    confidence: Fraction
    still_url: str | None = None


class Repetition(Wire):
    """One repetition, delivery, stroke or stride.

    `values` are its own, by metric, and `at_s` is when each of them was taken.
    """

    index: int
    start_s: float
    end_s: float
    side: Side | None = None
    complete: bool = Field(default=True, description="False where the clip begins or ends in it.")
    values: dict[str, float | None] = Field(default_factory=dict)
    at_s: dict[str, float] = Field(
        default_factory=dict, description="Seconds of the video, for every value that is not None."
    )


class Moment(Wire):
    """When a value was taken."""

    t_s: float
    frame: int
    event: EventType | None = None


class Reference(Wire):
    """A published range; a side that is open is None."""

    low: float | None = None
    high: float | None = None
    scope: str | None = Field(
        default=None, description='Whom or what it describes: "for elite runners".'
    )
    source: str


class Series(Wire):
    """A quantity over time, for a chart."""

    t_s: list[float]
    values: list[float | None]


class Metric(Wire):
    """One measured quantity. Exactly one of `value` and `reason` is given.

    `error_band` is one standard error in `unit`; `score` maps the value to 0..1, 1 best.
    """

    value: float | None
    unit: str
    score: Fraction | None = None
    side: Side | None = None
    at: Moment | None = None
    n: int = Field(default=0, ge=0, description="Repetitions behind the value.")
    spread: float | None = Field(default=None, description="Standard deviation over them.")
    confidence: Fraction | None = None
    error_band: float | None = Field(default=None, ge=0)
    reference: Reference | None = None
    reason: Reason | None = None
    series: Series | None = None

    @model_validator(mode="after")
    def _value_or_reason(self) -> Self:
        if (self.value is None) != (self.reason is not None):
            message = "a metric has either a value or a reason why it has none"
            raise ValueError(message)
        if self.value is None and self.score is not None:
            message = "a missing value has no score"
            raise ValueError(message)
        return self

    @classmethod
    def missing(cls, reason: Reason, *, unit: str, side: Side | None = None) -> Self:
        """A value the video cannot support."""
        return cls(value=None, unit=unit, reason=reason, side=side)


class CycleCurve(Wire):
    """An angle over one cycle, averaged over n cycles; `sd` is the spread between them."""

    percent: list[float]
    mean: list[float | None]
    sd: list[float | None]
    n: int = Field(ge=1)
    unit: str


class Highlight(Wire):
    """A stretch worth watching; score 0..1, higher is livelier."""

    start_s: float
    end_s: float
    score: Fraction


# --- findings -----------------------------------------------------------------------------------


class Severity(StrEnum):
    """How far beyond its limit a value lies."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class OverallLevel(StrEnum):
    """How much there is to work on: the worst finding's severity, on the findings' own scale.

    low: nothing beyond a low-severity finding; not_measurable: too little could be judged.
    """

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NOT_MEASURABLE = "not_measurable"


class WorstFrame(Wire):
    """A picture that shows the fault; score 0..1, lower is worse, None for an unscored metric."""

    t_s: float
    frame: int
    score: Fraction | None


class Segment(Wire):
    """A stretch of time during which the fault is visible; None for an unscored metric."""

    start_s: float
    end_s: float
    min_score: Fraction | None


class Evidence(Wire):
    """Where to look."""

    scrub_t_s: float
    worst_frames: list[WorstFrame]
    segments: list[Segment]


class Finding(Wire):
    """A value at least one error band beyond a cited limit; `side` is the one that shows it."""

    code: str
    title: str
    severity: Severity
    metric: str
    side: Side | None = None
    value: float
    unit: str
    threshold: float
    why_it_matters: str
    cues: list[str]
    drill_ids: list[str]
    confidence: Fraction
    source: str
    evidence: Evidence


class Findings(Wire):
    """Step 3."""

    overall_level: OverallLevel
    findings: list[Finding]


# --- report -------------------------------------------------------------------------------------


class TopIssue(Wire):
    """What to work on, with the moment to look at."""

    code: str
    title: str
    severity: Severity
    look_at_s: float
    explanation: str


class Dose(Wire):
    """How much of a drill."""

    sets: int
    repetitions: str


class Drill(Wire):
    """An exercise from the catalogue."""

    id: str
    title: str
    purpose: str
    setup: str
    steps: list[str]
    dose: Dose
    progression: str = Field(description="What comes when the dose is easy.")
    equipment: list[str]
    age_note: str


class PlanDay(Wire):
    """One day of the week's plan."""

    day: int = Field(ge=1, le=7)
    focus: str
    activities: list[str]
    drill_ids: list[str]


class Report(Wire):
    """Step 4: plain words for a coach. There is no total score."""

    summary: str
    top_issues: list[TopIssue] = Field(max_length=3)
    strengths: list[str]
    drills: list[Drill]
    one_week_plan: list[PlanDay] = Field(min_length=7, max_length=7)
    retake_advice: list[str]
    reliability_warning: str | None


# --- provenance and the whole -------------------------------------------------------------------


class Model(Wire):
    """The pose model file, by content."""

    name: str
    sha256: str


class Provenance(Wire):
    """What made this document. `worker` and `attempt` are None outside the service."""

    code_version: str
    model: Model | None = Field(description="None for the synthetic engine.")
    engine: str
    device: str
    movement: Movement
    timings_s: dict[str, float]
    worker: str | None = None
    attempt: int | None = None


class Results(Wire):
    """The whole document."""

    schema_version: Literal[1] = 1
    pose: Pose
    quality: Quality
    events: list[Event]
    reps: list[Repetition]
    highlights: list[Highlight] = Field(default_factory=list)
    metrics: dict[str, Metric]
    exercise: Exercise | None = Field(default=None, description="What a workout repeats.")
    joint_angles: dict[str, CycleCurve] = Field(
        default_factory=dict, description="Running: joint angles over the stride, by joint."
    )
    findings: Findings
    report: Report
    provenance: Provenance
