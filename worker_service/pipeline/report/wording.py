"""The report's sentences, read from `words.toml`."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Literal

from shared.results import Metric, Movement, Reason, Wire


class Words(Wire):
    """Every phrase of the report, by what it speaks about."""

    name: dict[str, str]
    digits: dict[str, int]
    unit: dict[str, str]
    signed: dict[str, dict[Literal["positive", "negative"], str]]
    percent: dict[str, str]
    action: dict[Movement, tuple[str, str]]
    reason: dict[Reason, str]
    advice: dict[Reason, str]
    strength: dict[Movement, dict[str, str]]
    described: dict[str, str]
    unfound: dict[str, str]
    warning: dict[str, str]

    def value(self, key: str, metric: Metric) -> str:
        """Return a value for people: rounded, with its unit in words."""
        return self.amount(key, metric.value or 0.0, metric.unit)

    def amount(self, key: str, value: float, unit: str) -> str:
        """Return a number in a metric's unit for people."""
        if key in self.percent:
            return self.percent[key].format(percent=round(value * 100))
        signed = self.signed.get(key)
        size = abs(value) if signed else value
        amount = f"{size:.{self.digits.get(key, 2)}f}{self.unit.get(unit, ' ' + unit)}"
        if signed is None:
            return amount
        return signed["negative" if value < 0 else "positive"].format(value=amount)

    def counted(self, movement: Movement, count: int) -> str:
        """Return "1 stroke", "2 deliveries"."""
        one, many = self.action[movement]
        return f"{count} {one if count == 1 else many}"


@lru_cache(maxsize=1)
def words() -> Words:
    """Return the phrases."""
    with (Path(__file__).parent / "words.toml").open("rb") as file:
        return Words.model_validate(tomllib.load(file))


def listed(parts: list[str]) -> str:
    """Return "a, b and c"."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)
