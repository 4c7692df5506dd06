"""The report's sentences, read from `words.toml`, and how values are said."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from shared import catalogue
from shared.results import Exercise, Metric, Movement, Reason, Reference, View, Wire

if TYPE_CHECKING:
    from worker_service.pipeline.metrics.table import MetricSpec

Noun = tuple[str, str]
"""One and many."""

MOST_LISTED = 6
"""More names than this in one sentence are not read."""


class Words(Wire):
    """Phrases that are not about one metric; those stand in the metric's own row."""

    unit: dict[str, str]
    unfound: dict[Movement, str]
    unnamed: dict[Movement, str]
    action: dict[Movement, Noun]
    exercise: dict[Exercise, Noun]
    view: dict[View, str]
    verdict: dict[str, str]
    kind: dict[str, str]
    reason: dict[Reason, str]
    nothing: dict[Reason, str]
    advice: dict[Movement | Literal["any"], dict[Reason, str]]
    position: dict[Movement | Literal["any"], dict[View, str]]
    warning: dict[str, str]
    recording: dict[str, str]

    def noun(self, movement: Movement, exercise: Exercise | None) -> Noun:
        """Return what is repeated: strides, deliveries, squats."""
        return self.exercise[exercise] if exercise else self.action[movement]

    def retake(self, movement: Movement) -> dict[Reason, str]:
        """Return what to film differently, by what went wrong."""
        return self.advice["any"] | self.advice.get(movement, {})

    def stand(self, movement: Movement) -> dict[View, str]:
        """Return where to put the camera for a view, the handiest place first."""
        own = self.position.get(movement, {})
        return own | {
            view: where for view, where in self.position["any"].items() if view not in own
        }


@lru_cache(maxsize=1)
def words() -> Words:
    """Return the phrases."""
    with (Path(__file__).parent / "words.toml").open("rb") as file:
        own = tomllib.load(file)
    return Words.model_validate(own | {"reason": catalogue.words().reason})


def counted(count: int, noun: Noun) -> str:
    """Return "1 stroke", "2 deliveries"."""
    return f"{count} {noun[0] if count == 1 else noun[1]}"


def amount(spec: "MetricSpec", value: float, *, unit: str) -> str:
    """Return a metric's value for people: rounded, with its unit in words."""
    if spec.percent:
        return spec.percent.format(percent=round(value * 100) or "under 1")
    if spec.at_zero and round(value, spec.digits) == 0:
        return spec.at_zero
    size = abs(value) if spec.positive else value
    said = f"{size:.{spec.digits}f}" + words().unit.get(unit, " " + unit)
    phrase = spec.negative if value < 0 else spec.positive
    return phrase.format(value=said) if phrase else said


def measured(spec: "MetricSpec", metric: Metric) -> str:
    """Return a metric's value for people, beside the range that studies give."""
    said = amount(spec, metric.value or 0.0, unit=metric.unit)
    if metric.reference is None:
        return said
    scope = f" {metric.reference.scope}" if metric.reference.scope else ""
    return f"{said} (published{scope}: {published_range(spec, metric.reference)})"


def published_range(spec: "MetricSpec", reference: Reference) -> str:
    """Return "155 to 203", without the unit of the value it stands beside."""
    scale, digits = (100.0, 0) if spec.percent else (1.0, spec.digits)
    low, high = (
        None if end is None else f"{end * scale:.{digits}f}"
        for end in (reference.low, reference.high)
    )
    if low is None or high is None:
        return f"up to {high}" if low is None else f"from {low}"
    return f"{low} to {high}"


def listed(parts: list[str]) -> str:
    """Return "a, b and c"; what is too long to read ends with how many more there are."""
    if len(parts) > MOST_LISTED:
        rest = len(parts) - MOST_LISTED + 1
        parts = [*parts[: MOST_LISTED - 1], f"{rest} more"]
    return joined(parts)


def joined(parts: list[str]) -> str:
    """Return "a, b and c", all of them."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def lowered(title: str) -> str:
    """Return a title as it stands inside a sentence."""
    return title[0].lower() + title[1:]


def raised(name: str) -> str:
    """Return a name as it stands at the beginning of a sentence."""
    return name[0].upper() + name[1:]
