"""Metric math over time, as far as our alarms use it.

From "Using math expressions with CloudWatch metrics", its User Guide, where it says so.
Knows what documentation says: a missing value counts as 0 in sums and in `MAX` of several series,
where all are missing the result is; `REPEAT` has nothing to repeat before the first value.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Values = Sequence[float | None]

REPEAT = "REPEAT"


@dataclass(frozen=True)
class Series:
    """One value a measurement, None where there was none."""

    values: tuple[float | None, ...]

    def __add__(self, other: "Series") -> "Series":
        return together(sum, [self, other])


def over_time(expression: str, **measured: Values) -> Values:
    """What an expression makes of measurements, the newest last."""
    meaning: dict[str, Any] = {"FILL": _fill, "MAX": lambda many: together(max, many)}
    meaning |= {"REPEAT": REPEAT, "__builtins__": {}}
    series = {name: Series(tuple(values)) for name, values in measured.items()}
    reckoned: Series = eval(expression, meaning, series)  # noqa: S307 - our own template's
    return reckoned.values


def together(make: Any, many: Sequence[Series]) -> Series:
    """Of each moment one value."""
    moments = zip(*(one.values for one in many), strict=True)
    return Series(
        tuple(
            None if set(moment) == {None} else make(value or 0 for value in moment)
            for moment in moments
        )
    )


def _fill(series: Series, filler: float | str) -> Series:
    filled: list[float | None] = []
    for value in series.values:
        last = filled[-1] if filled else None
        stand_in = last if isinstance(filler, str) else filler
        filled.append(stand_in if value is None else value)
    return Series(tuple(filled))
