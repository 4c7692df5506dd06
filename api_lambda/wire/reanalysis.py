"""What may be asked of a completed analysis, on the wire."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, StrictFloat, model_validator

from api_lambda.wire.common import without_defaults
from shared.analysis import AgeBand, Handedness
from shared.results import Exercise, Movement, View


def _published(schema: dict[str, Any]) -> None:
    without_defaults(schema)
    schema["not"] = {"required": ["side", "handedness"]}


class Reanalysis(BaseModel):
    """Settings to measure with: what is not named stays as it was, null is inferred.

    `sample_fps` and `subject_hint` decide what is seen, not what is measured: they need the video.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, json_schema_extra=_published
    )

    movement: Movement = Movement.GENERAL
    exercise: Exercise | None = Field(default=None, description="Of a workout.")
    handedness: Handedness | None = None
    side: Handedness | None = Field(default=None, description="Another name of `handedness`.")
    camera_view: View | None = None
    age_band: AgeBand | None = None
    athlete_height_cm: StrictFloat | None = Field(default=None, ge=50, le=250)
    slow_motion_factor: StrictFloat = Field(default=1.0, ge=1, le=64)

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        if {"side", "handedness"} <= self.model_fields_set:
            message = "Give either side or handedness: they are the same."
            raise ValueError(message)
        return self

    def settings_given(self) -> dict[str, Any]:
        """Only the settings that the body named, under the names they have in a job."""
        given = self.model_dump(mode="json", exclude_unset=True)
        if "side" in given:
            given["handedness"] = given.pop("side")
        return given
