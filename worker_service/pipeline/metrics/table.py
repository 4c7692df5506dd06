"""What every metric means, read from `tables/`: one file a movement, and one that all share."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field

from shared.results import Movement, Reference, View

TABLES = Path(__file__).parent / "tables"
SHARED = "shared"

APP_METRICS = (
    "head_stability_score",
    "balance_drift_score",
    "front_knee_brace_score",
    "hip_shoulder_separation_timing",
    "elbow_drop_score",
)
"""The five keys the coaching app knows; every result has them, measured or missing."""

TIME_UNITS = frozenset({"s", "min"})

Fit = Annotated[float, Field(ge=0, le=1)]


class MetricSpec(BaseModel):
    """One metric: what it is, how it is bounded, scored and trusted, and how people say it.

    Attributes:
        name: what a coach calls it, in lower case.
        definition: one sentence that says how it is taken; stands in the documentation.
        zero, one: the values that score 0 and 1, straight in between; None: described, not judged.
        error_band: one standard error of the value in a fitting view.
        min_rate_hz: pictures a real second around the moment; below: `sample_rate_too_low`.
        fit: how well a view can show it; 0: `view_unsuitable`.
        blur: by how much the error band grows in a view.
        source: of the map, the band and the limits in this row.
        reference: published values of adults.
        digits: decimals for people.
        positive, negative: how to say a signed value; `{value}` is its size.
        at_zero: how to say a signed value that rounds to nothing.
        percent: how to say a share; `{percent}` is a hundred times the value.
        strength: praise for a good value. described: a sentence for any value.
        praised_past: what praise claims; the value must lie an error band beyond, towards `one`.
        unfound: what to say when its event was not found.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str
    definition: str = Field(min_length=20)
    unit: str
    zero: float | None = None
    one: float | None = None
    error_band: float = Field(gt=0)
    min_rate_hz: float = Field(gt=0)
    fit: dict[View, Fit]
    blur: dict[View, float] = Field(default_factory=dict)
    source: str = Field(min_length=10)
    reference: Reference | None = None
    digits: int = 2
    positive: str | None = None
    negative: str | None = None
    at_zero: str | None = None
    percent: str | None = None
    strength: str | None = None
    praised_past: float | None = None
    described: str | None = None
    unfound: str | None = None

    def score(self, value: float) -> float | None:
        """Map a value to 0..1, 1 best; None when the metric is described and not judged."""
        if self.zero is None or self.one is None:
            return None
        return min(1.0, max(0.0, (value - self.zero) / (self.one - self.zero)))

    @property
    def timed(self) -> bool:
        """Whether the value is a time or per time: s, 1/min, torso/s."""
        return not TIME_UNITS.isdisjoint(self.unit.split("/"))

    def unjudged(self) -> Self:
        """Return the row without what comes from adults: map to scores, published values."""
        return self.model_copy(update={"zero": None, "one": None, "reference": None})

    def band(self, view: View) -> float:
        """One standard error of the value in this view."""
        return self.error_band * self.blur.get(view, 1.0)


@lru_cache(maxsize=len(Movement))
def metric_specs(movement: Movement) -> dict[str, MetricSpec]:
    """Return every metric of a movement, the five of the app first.

    A movement's row changes only what it names of the row that all share.
    """
    shared, own = _rows(SHARED), _rows(movement)
    rows = shared | {key: shared.get(key, {}) | row for key, row in own.items()}
    return {key: MetricSpec.model_validate(row) for key, row in rows.items()}


def _rows(name: str) -> dict[str, dict[str, Any]]:
    with (TABLES / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)
