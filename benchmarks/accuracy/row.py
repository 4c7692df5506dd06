"""A row of the accuracy table: errors, summed up as its bound asks, beside the bound."""

import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from shared.errors import CoachError

BOUNDS = Path(__file__).parent / "bounds.toml"

Statistic = Literal["worst", "median", "share"]
"""`share` is the mean of errors that are 0 or 1."""

_SUMMED: dict[Statistic, Callable[[NDArray[np.float64]], float]] = {
    "worst": lambda errors: float(errors.max()),
    "median": lambda errors: float(np.median(errors)),
    "share": lambda errors: float(errors.mean()),
}


@dataclass(frozen=True, slots=True)
class Bound:
    """What a row promises: `statistic` of its errors is at most `limit`."""

    key: str
    group: str
    what: str
    statistic: Statistic
    limit: float
    unit: str


@dataclass(frozen=True, slots=True)
class Row:
    """What was found. An error that could not be taken is NaN and counts as infinitely large.

    Attributes:
        error: in the bound's unit, infinite where too little could be measured.
        worst: the largest error that could be taken.
        missing: how many of the `n` could not.
        note: why there is nothing, in a few words.
    """

    bound: Bound
    error: float
    worst: float
    n: int
    missing: int = 0
    note: str = ""

    @property
    def passed(self) -> bool:
        """Whether the bound holds; a row without data never does."""
        return self.n > 0 and self.error <= self.bound.limit + 1e-9

    def entry(self) -> dict[str, object]:
        """What stands in `build/evaluate.json`."""
        return {
            "key": self.bound.key,
            "group": self.bound.group,
            "name": self.bound.what,
            "statistic": self.bound.statistic,
            "error": _finite(self.error),
            "worst": _finite(self.worst),
            "bound": self.bound.limit,
            "unit": self.bound.unit,
            "n": self.n,
            "missing": self.missing,
            "passed": self.passed,
            "note": self.note,
        }

    def cells(self) -> tuple[str, ...]:
        """What stands in the table, behind the group."""
        bound = self.bound
        missing = f" ({self.missing} missing)" if self.missing else ""
        return (
            bound.what,
            f"{bound.statistic} {_shown(self.error, bound.unit)}",
            "" if bound.statistic == "worst" else _shown(self.worst, bound.unit),
            f"≤ {_shown(bound.limit, bound.unit)}",
            f"{self.n}{missing}",
            "ok" if self.passed else f"FAILED {self.note}".strip(),
        )


@cache
def bounds() -> dict[str, Bound]:
    """Return the table of bounds, by key, in its order."""
    rows = tomllib.loads(BOUNDS.read_text())
    return {
        key: Bound(key=key, group=group, **row)
        for group, keys in rows.items()
        for key, row in keys.items()
    }


def judged(key: str, check: Callable[[], Iterable[float]]) -> Row:
    """Run a check and hold its errors beside the bound; one that breaks fails, and says how."""
    bound = bounds()[key]
    try:
        errors = np.array(list(check()), dtype=float)
    except CoachError as error:
        return _nothing(bound, error.code)
    except Exception as error:  # noqa: BLE001 - a row that breaks must not hide the others
        return _nothing(bound, f"{type(error).__name__}: {error}")
    if len(errors) == 0:
        return _nothing(bound, "no data")
    known = errors[np.isfinite(errors)]
    endless = np.where(np.isfinite(errors), errors, np.inf)
    summed = _SUMMED[bound.statistic](endless)
    return Row(
        bound,
        error=summed,
        worst=float(known.max()) if len(known) else np.inf,
        n=len(errors),
        missing=len(errors) - len(known),
    )


def _nothing(bound: Bound, note: str) -> Row:
    return Row(bound, error=np.inf, worst=np.inf, n=0, note=note)


def _finite(value: float) -> float | None:
    return round(value, 4) if np.isfinite(value) else None


def _shown(value: float, unit: str) -> str:
    if not np.isfinite(value):
        return "–"
    return f"{value:.1%}" if unit == "share" else f"{round(value, 3):.3g} {unit}"
