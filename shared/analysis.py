"""What a coach may say about a clip before it is analysed."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictFloat

from shared.results import Exercise, Movement, View

EVERY_PICTURE = 0.0

DEFAULT_SAMPLE_FPS = 15.0
"""Enough to find where a movement is fast; there, a second pass looks at every picture."""


class AgeBand(StrEnum):
    """How old the athlete is; adults' reference values hold for adults only."""

    UNDER_13 = "under_13"
    UNDER_16 = "under_16"
    UNDER_18 = "under_18"
    ADULT = "adult"


class SubjectHint(BaseModel):
    """A box around the athlete at one moment, in fractions of the upright picture."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    t_s: StrictFloat = Field(default=0.0, ge=0, description="Seconds in the video's own clock.")
    x: StrictFloat = Field(ge=0, le=1, description="Left edge.")
    y: StrictFloat = Field(ge=0, le=1, description="Upper edge.")
    width: StrictFloat = Field(gt=0, le=1)
    height: StrictFloat = Field(gt=0, le=1)


class Handedness(StrEnum):
    """The hand the athlete bats or bowls with."""

    LEFT = "left"
    RIGHT = "right"


SampleFps = Annotated[
    StrictFloat,
    Field(
        ge=0,
        le=240,
        description="Pictures a second to analyse; 0 means every picture. "
        "Where the movement is fast, every picture is analysed at any rate.",
    ),
]


class AnalysisSettings(BaseModel):
    """Settings of one analysis; what is None is inferred from the video.

    Numbers are strict, here and in all bodies: text and truth values are none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    movement: Movement = Movement.GENERAL
    sample_fps: SampleFps = DEFAULT_SAMPLE_FPS
    exercise: Exercise | None = Field(default=None, description="Of a workout.")
    handedness: Handedness | None = None
    camera_view: View | None = None
    age_band: AgeBand | None = Field(
        default=None, description="Under 18, no reference values and no limits of adults are used."
    )
    subject_hint: SubjectHint | None = Field(
        default=None, description="Who the athlete is, where several people are seen."
    )
    athlete_height_cm: StrictFloat | None = Field(default=None, ge=50, le=250)
    slow_motion_factor: StrictFloat = Field(
        default=1.0, ge=1, le=64, description="8 for a 240 fps recording stored at 30 fps."
    )

    @property
    def is_adult(self) -> bool:
        """Whether limits, scores and published values of adults may be held beside the athlete's.

        Who says nothing of the age films an adult.
        """
        return self.age_band in (None, AgeBand.ADULT)


def overridden(settings: Mapping[str, Any], overrides: Mapping[str, Any]) -> AnalysisSettings:
    """Settings with some of them said anew; None says that it is to be inferred.

    But no age: who says None of that does not know, and what is known already stays.

    Raises:
        pydantic.ValidationError: an override is not valid.
    """
    said = dict(overrides)
    if said.get("age_band") is None:
        said.pop("age_band", None)
    return AnalysisSettings.model_validate({**settings, **said})
