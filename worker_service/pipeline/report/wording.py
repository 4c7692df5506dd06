"""The report's sentences, read from `words.toml`, and how values are said."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from shared.results import Movement, Reason, Wire

if TYPE_CHECKING:
    from worker_service.pipeline.metrics.table import MetricSpec


class Words(Wire):
    """Phrases that are not about one metric; those stand in the metric's own row."""

    unit: dict[str, str]
    action: dict[Movement, tuple[str, str]]
    reason: dict[Reason, str]
    advice: dict[Reason, str]
    warning: dict[str, str]
    recording: dict[str, str]

    def counted(self, movement: Movement, count: int) -> str:
        """Return "1 stroke", "2 deliveries"."""
        one, many = self.action[movement]
        return f"{count} {one if count == 1 else many}"


@lru_cache(maxsize=1)
def words() -> Words:
    """Return the phrases."""
    with (Path(__file__).parent / "words.toml").open("rb") as file:
        return Words.model_validate(tomllib.load(file))


def amount(spec: "MetricSpec", value: float) -> str:
    """Return a metric's value for people: rounded, with its unit in words."""
    if spec.percent:
        return spec.percent.format(percent=round(value * 100))
    size = abs(value) if spec.positive else value
    said = f"{size:.{spec.digits}f}{words().unit.get(spec.unit, ' ' + spec.unit)}"
    phrase = spec.negative if value < 0 else spec.positive
    return phrase.format(value=said) if phrase else said


def listed(parts: list[str]) -> str:
    """Return "a, b and c"."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)
