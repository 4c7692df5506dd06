"""What a coach may say about a clip before it is analysed."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from shared.results import Movement, View

EVERY_PICTURE = 0.0

DEFAULT_SAMPLE_FPS = {
    Movement.GENERAL: 15.0,
    Movement.CRICKET_BATTING: EVERY_PICTURE,
    Movement.CRICKET_BOWLING: EVERY_PICTURE,
}
"""A delivery's front foot is down for 0.1 to 0.2 s before release: 15 pictures a second see one or
two of it, and nothing measured there could be trusted."""


class Handedness(StrEnum):
    """The hand the athlete bats or bowls with."""

    LEFT = "left"
    RIGHT = "right"


SampleFps = Annotated[
    float,
    Field(
        ge=0,
        le=240,
        description="Pictures a second to analyse; 0 means every picture. "
        "Default: 15, for cricket every picture.",
    ),
]


def _default_sample_fps(valid: dict[str, Any]) -> float:
    return DEFAULT_SAMPLE_FPS[valid.get("movement", Movement.GENERAL)]


class AnalysisSettings(BaseModel):
    """Settings of one analysis; what is None is inferred from the video."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    movement: Movement = Movement.GENERAL
    sample_fps: SampleFps = Field(default_factory=_default_sample_fps)
    handedness: Handedness | None = None
    camera_view: View | None = None
    athlete_height_cm: float | None = Field(default=None, ge=50, le=250)
    slow_motion_factor: float = Field(
        default=1.0, ge=1, le=64, description="8 for a 240 fps recording stored at 30 fps."
    )
