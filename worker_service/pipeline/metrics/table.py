"""The one table of what a metric means, read from `table.toml`."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from shared.results import Movement, View

APP_METRICS = (
    "head_stability_score",
    "balance_drift_score",
    "front_knee_brace_score",
    "hip_shoulder_separation_timing",
    "elbow_drop_score",
)
"""The five keys the coaching app knows; every result has them, measured or missing."""

Fit = Annotated[float, Field(ge=0, le=1)]


class MetricSpec(BaseModel):
    """One row: how a physical value is bounded, scored and trusted."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    unit: str
    zero: float | None = None
    one: float | None = None
    error_band: float = Field(gt=0)
    min_rate_hz: float = Field(gt=0)
    fit: dict[View, Fit]
    blur: dict[View, float] = Field(default_factory=dict)
    source: str = Field(min_length=10)

    def score(self, value: float) -> float | None:
        """Map a value to 0..1, 1 best; None when the metric is described and not judged."""
        if self.zero is None or self.one is None:
            return None
        return min(1.0, max(0.0, (value - self.zero) / (self.one - self.zero)))

    def band(self, view: View) -> float:
        """One standard error of the value in this view."""
        return self.error_band * self.blur.get(view, 1.0)


@lru_cache(maxsize=1)
def _tables() -> dict[str, dict[str, MetricSpec]]:
    with (Path(__file__).parent / "table.toml").open("rb") as file:
        content = tomllib.load(file)
    return {
        group: {key: MetricSpec.model_validate(row) for key, row in rows.items()}
        for group, rows in content.items()
        if isinstance(rows, dict)
    }


def metric_specs(movement: Movement) -> dict[str, MetricSpec]:
    """Return every metric of a movement, in the order of the table."""
    tables = _tables()
    return tables["shared"] | tables.get(movement, {})
