"""The exercises as data, read from `exercises.toml`."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.results import Exercise

TABLE = Path(__file__).parent / "exercises.toml"

Parts = tuple[str, str, str]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Sign(_Row):
    """Something that is true of an exercise at one moment of a repetition.

    Attributes:
        of: a height or place of `Body`.
        at: at rest before it, at its turn, or the change from the one to the other.
        per: divide the change by that of another one.
        least, most: bounds; None: open.
    """

    of: str
    at: Literal["rest", "turn", "change"]
    per: str | None = None
    least: float | None = None
    most: float | None = None

    def holds(self, value: float) -> bool:
        """Tell whether a value lies within the bounds; an unknown one (NaN) never does."""
        low = float("-inf") if self.least is None else self.least
        high = float("inf") if self.most is None else self.most
        return low <= value <= high


class Good(_Row):
    """From where on a repetition is a good one.

    Attributes:
        deepest: angle at the turn that must be reached, degrees.
        quickest_down_s: shortest time of going down; None: as quick as one likes.
    """

    deepest: float
    quickest_down_s: float | None = None


class ExerciseSpec(_Row):
    """One exercise.

    Attributes:
        drive: the height whose way out and back is a repetition.
        turn: whether a repetition turns at its lowest, as a squat does, or at its highest; so
            also whether going down or up comes first.
        least_travel: torso lengths of the drive below which nothing is a repetition.
        joint: three parts whose angle tells how far a repetition goes.
        front_leg: the joint is that of the leg in front, which may change sides.
        depth: the metric that holds the angle at the turn.
        opens: whether the joint opens towards the turn, as the arms of a jumping jack do.
        even: the part whose left and right are compared.
        also: what else is measured of this exercise alone.
        posture: true of every repetition, or it is none of this exercise.
        told_by: what tells it from the others when nobody said which exercise it is.
    """

    drive: str
    turn: Literal["low", "high"]
    least_travel: float = Field(gt=0)
    joint: Parts
    front_leg: bool = False
    depth: str
    opens: bool = False
    even: str | None = None
    also: tuple[str, ...] = ()
    good: Good
    posture: tuple[Sign, ...] = Field(min_length=1)
    told_by: tuple[Sign, ...] = Field(min_length=1)

    def is_deep(self, angle_deg: float) -> bool:
        """Tell whether a repetition that turns at this angle went far enough."""
        return (angle_deg - self.good.deepest) * (1 if self.opens else -1) >= 0

    def is_slow(self, down_s: float) -> bool:
        """Tell whether going down was under control."""
        return self.good.quickest_down_s is None or down_s >= self.good.quickest_down_s


@lru_cache(maxsize=1)
def exercises() -> dict[Exercise, ExerciseSpec]:
    """Return every exercise."""
    with TABLE.open("rb") as file:
        rows = tomllib.load(file)
    return {Exercise(key): ExerciseSpec.model_validate(row) for key, row in rows.items()}
