"""What a coach may say about a clip before it is analysed."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from shared.results import Movement, View

DEFAULT_SAMPLE_FPS = 15.0


class Handedness(StrEnum):
    """The hand the athlete bats or bowls with."""

    LEFT = "left"
    RIGHT = "right"


SampleFps = Annotated[
    float,
    Field(ge=0, le=240, description="Pictures a second to analyse; 0 means every picture."),
]


class AnalysisSettings(BaseModel):
    """Settings of one analysis; what is None is inferred from the video."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    movement: Movement = Movement.GENERAL
    sample_fps: SampleFps = DEFAULT_SAMPLE_FPS
    handedness: Handedness | None = None
    camera_view: View | None = None
    athlete_height_cm: float | None = Field(default=None, ge=50, le=250)
    slow_motion_factor: float = Field(
        default=1.0, ge=1, le=64, description="8 for a 240 fps recording stored at 30 fps."
    )
