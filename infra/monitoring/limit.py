"""The shape of a limit: on which side of what value something rings, and how long it must last.

Plain values; knows nothing of AWS.
"""

from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """Of a value, where an alarm rings."""

    ABOVE = ">"
    AT_LEAST = "≥"
    BELOW = "<"


@dataclass(frozen=True, slots=True)
class Bound:
    """What must not be passed."""

    side: Side
    value: float
    unit: str


def above(value: float, unit: str = "") -> Bound:
    """Ring above `value`."""
    return Bound(Side.ABOVE, value, unit)


def at_least(value: float, unit: str = "") -> Bound:
    """Ring from `value` on."""
    return Bound(Side.AT_LEAST, value, unit)


def below(value: float, unit: str = "") -> Bound:
    """Ring below `value`."""
    return Bound(Side.BELOW, value, unit)


@dataclass(frozen=True, slots=True)
class Times:
    """How often a bound must be passed.

    Attributes:
        passed: so many measurements must be on the wrong side.
        every_min: how long each takes, in minutes.
        of: of so many in a row; None: of as many, so all of them.
    """

    passed: int
    every_min: int
    of: int | None = None

    @property
    def looked_at(self) -> int:
        return self.of or self.passed


@dataclass(frozen=True, slots=True)
class Limit:
    """One alarm's rule.

    Attributes:
        heading: the runbook's section about it.
        says: what it means, for somebody who has just woken up.
        part: tells alarms of one section apart.
    """

    heading: str
    says: str
    bound: Bound
    times: Times
    part: str | None = None

    @property
    def name(self) -> str:
        return self.heading if self.part is None else f"{self.heading}: {self.part}"
