"""Trends on the wire."""

from functools import cache
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api_lambda.wire.common import Timestamp
from shared import catalogue
from shared.players.trends import Change, Point, Series, Trend
from shared.results import Exercise, Fraction, Movement, Side, View


@cache
def metric_keys() -> list[str]:
    """Return every metric of every movement, in the order of the alphabet."""
    return sorted({key for guide in catalogue.movements().values() for key in guide.metrics})


def _known(metric: str) -> str:
    if metric not in metric_keys():
        message = "There is no such metric; `listMovements` names them all."
        raise ValueError(message)
    return metric


def _with_enum(schema: dict[str, Any]) -> None:
    """Name them all in the document; read when that is made, not when a Lambda starts."""
    schema["enum"] = metric_keys()


class TrendQuery(BaseModel):
    """Which metric."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    metric: Annotated[str, AfterValidator(_known)] = Field(
        description="As in the results; `listMovements` names them all.",
        json_schema_extra=_with_enum,
        examples=["head_stability_score"],
    )


class PointAnswer(BaseModel):
    """One measured value."""

    job_id: UUID
    session_id: UUID | None
    at: Timestamp = Field(description="When the session was opened.")
    value: float
    score: Fraction | None
    confidence: Fraction | None
    error_band: float | None = Field(description="One standard error, in the series' unit.")

    @classmethod
    def of(cls, point: Point) -> Self:
        return cls(
            job_id=point.job_id,
            session_id=point.session_id,
            at=point.at,
            value=point.value,
            score=point.score,
            confidence=point.confidence,
            error_band=point.error_band,
        )


class ChangeAnswer(BaseModel):
    """From the first point to the last."""

    first: float
    last: float
    difference: float
    beyond_error: bool = Field(
        description="Larger than the errors of both explain (95 %). When false, say nothing of it."
    )

    @classmethod
    def of(cls, change: Change) -> Self:
        return cls(
            first=change.first,
            last=change.last,
            difference=change.difference,
            beyond_error=change.beyond_error,
        )


class SeriesAnswer(BaseModel):
    """Points that can be compared: the same movement, exercise, camera view, side and unit."""

    movement: Movement
    exercise: Exercise | None
    view: View
    side: Side | None
    unit: str
    points: list[PointAnswer] = Field(description="Oldest first.")
    change: ChangeAnswer | None = Field(description="null for a single point.")

    @classmethod
    def of(cls, series: Series) -> Self:
        alike, change = series.alike, series.change
        return cls(
            movement=alike.movement,
            exercise=alike.exercise,
            view=alike.view,
            side=alike.side,
            unit=alike.unit,
            points=[PointAnswer.of(point) for point in series.points],
            change=None if change is None else ChangeAnswer.of(change),
        )


class TrendAnswer(BaseModel):
    """One metric of one player over time."""

    player_id: str
    metric: str
    series: list[SeriesAnswer] = Field(description="The one with the newest point first.")
    left_out: dict[str, int] = Field(
        description="How many analyses gave no point, by reason: a missing value's, "
        "`unusable_recording`, or `superseded` by a newer reanalysis of the same recording."
    )

    @classmethod
    def of(cls, player_id: str, metric: str, trend: Trend) -> Self:
        return cls(
            player_id=player_id,
            metric=metric,
            series=[SeriesAnswer.of(series) for series in trend.series],
            left_out=dict(trend.left_out),
        )
