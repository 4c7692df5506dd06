"""The rules as data: what is beyond a limit, why that matters and what to do about it."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.results import Exercise, Metric, Movement, Severity, Side
from worker_service.pipeline.metrics.sides import other

RULES = Path(__file__).parent / "rules"
EVERY_MOVEMENT = "every_movement"


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Adjustment(_Row):
    """Multiplies the confidence of a finding when something else explains it, or it was half seen.

    Attributes:
        when_finding: another finding of this clip.
        when_check_fails: a check of the recording.
        when_missing: a metric that would have confirmed it.
        when_measured_below: share of the complete repetitions that gave a value, 0..1.
    """

    when_finding: str | None = None
    when_check_fails: str | None = None
    when_missing: str | None = None
    when_measured_below: float | None = Field(default=None, gt=0, le=1)
    factor: float = Field(gt=0, lt=1)
    because: str

    @model_validator(mode="after")
    def _one_condition(self) -> Self:
        conditions = (
            self.when_finding,
            self.when_check_fails,
            self.when_missing,
            self.when_measured_below,
        )
        if sum(condition is not None for condition in conditions) != 1:
            message = "an adjustment has exactly one condition"
            raise ValueError(message)
        return self


class Rule(_Row):
    """One limit on one metric. Rules may share a code: an upper and a lower limit of one fault.

    Attributes:
        title_of_side: the title where the value is known to be of one side; `{side}`, `{other}`.
        exercises: of a workout, to which the limit applies; empty: to all.
        adults_only: the limit comes from adults and says nothing about anyone under 18.
        error_band: overrides the metric's own; the value must lie at least this far beyond.
        medium_beyond, high_beyond: distance beyond the limit, in the metric's unit.
        about: a rule about the recording does not say anything about technique.
    """

    code: str = Field(pattern=r"^[A-Z_]+$")
    title: str
    title_of_side: str | None = None
    metric: str
    exercises: list[Exercise] = Field(default_factory=list)
    adults_only: bool = True
    operator: Literal["above", "below"]
    limit: float
    error_band: float | None = None
    medium_beyond: float = Field(gt=0)
    high_beyond: float = Field(gt=0)
    least_confidence: float = 0.4
    about: Literal["technique", "recording"] = "technique"
    why: str
    cues: list[str] = Field(min_length=1)
    drills: list[str]
    source: str = Field(min_length=10)
    adjust: list[Adjustment] = Field(default_factory=list)

    def holds_for(self, exercise: Exercise | None, *, adult: bool) -> bool:
        """Return whether the limit means something for this athlete and exercise."""
        return (adult or not self.adults_only) and (
            not self.exercises or exercise in self.exercises
        )

    def titled(self, side: Side | None) -> str:
        """Return the title, with the side that shows the fault where that is known."""
        if side is None or self.title_of_side is None:
            return self.title
        return self.title_of_side.format(side=side, other=other(side))

    def beyond(self, value: float) -> float:
        """Return how far a value lies beyond the limit; negative on the good side."""
        return value - self.limit if self.operator == "above" else self.limit - value

    def band(self, metric: Metric) -> float:
        """Return how far from the limit a value must lie to count, on either side of it."""
        return (metric.error_band if self.error_band is None else self.error_band) or 0.0

    def severity(self, value: float) -> Severity:
        """Return how bad a value beyond the limit is."""
        distance = self.beyond(value)
        if distance >= self.high_beyond:
            return Severity.HIGH
        return Severity.MEDIUM if distance >= self.medium_beyond else Severity.LOW


class RuleBook(_Row):
    """The rules of one file, and what adjusts all technique findings."""

    version: int = Field(ge=1)
    rule: list[Rule]
    adjust: list[Adjustment] = Field(default_factory=list)


@lru_cache(maxsize=1)
def rulebooks() -> dict[str, RuleBook]:
    """Return every rule book by the name of its file."""
    return {path.stem: RuleBook.model_validate(_content(path)) for path in RULES.glob("*.toml")}


def rules_for(movement: Movement) -> list[Rule]:
    """Return the rules of a movement, each with the adjustments that hold for all."""
    books = rulebooks()
    common = books[EVERY_MOVEMENT]
    own = [
        rule.model_copy(update={"adjust": [*rule.adjust, *common.adjust]})
        for rule in books[movement].rule
    ]
    return [*common.rule, *own]


def _content(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return tomllib.load(file)
