"""Reads the catalogue's TOML files once and checks every entry.

`movements/` has one file a movement, `drills/` one a kind of training, `events.toml` every event,
`words.toml` how codes are said.
"""

import tomllib
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pydantic import Field

from shared.results import (
    Drill,
    EventType,
    Exercise,
    Movement,
    OverallLevel,
    Reason,
    View,
    Wire,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_HERE = Path(__file__).parent


class CaptureGuide(Wire):
    """How to film a movement so that it can be measured."""

    view: View
    least_fps: int = Field(gt=0, description="Below, some metrics are missing.")
    best_fps: int = Field(gt=0)
    distance: str
    height: str
    framing: str
    tips: list[str] = Field(min_length=1)


class MovementGuide(Wire):
    """One movement the product measures."""

    id: Movement
    title: str
    description: str
    metrics: dict[str, str] = Field(
        description="What is measured: its key in the results, and what a coach calls it."
    )
    capture: CaptureGuide


class EventGuide(Wire):
    """What a moment is called, what it means, and where it is looked for."""

    title: str
    definition: str = Field(min_length=10)
    movements: list[Movement] = Field(min_length=1)


class Words(Wire):
    """Codes of the contract in a coach's words."""

    reason: dict[Reason, str]
    without_findings: dict[OverallLevel, str]


class TaggedDrill(Wire):
    """A drill with the finding codes and movements it serves.

    Attributes:
        exercises: of a workout, for which it is meant; empty: for any.
    """

    drill: Drill
    codes: list[str]
    exercises: list[Exercise] = Field(default_factory=list)
    movements: list[Movement] = Field(min_length=1)


@lru_cache(maxsize=1)
def movements() -> "Mapping[Movement, MovementGuide]":
    """Return every movement."""
    files = {movement: _read(_HERE / "movements" / f"{movement}.toml") for movement in Movement}
    guides = {key: MovementGuide.model_validate({"id": key} | row) for key, row in files.items()}
    return MappingProxyType(guides)


@lru_cache(maxsize=1)
def events() -> "Mapping[EventType, EventGuide]":
    """Return every kind of event."""
    rows = _read(_HERE / "events.toml")
    return MappingProxyType({kind: EventGuide.model_validate(rows[kind]) for kind in EventType})


@lru_cache(maxsize=1)
def words() -> Words:
    """Return how codes are said."""
    return Words.model_validate(_read(_HERE / "words.toml"))


@lru_cache(maxsize=1)
def drills() -> "Mapping[str, TaggedDrill]":
    """Return every drill by its id."""
    files = sorted((_HERE / "drills").glob("*.toml"))
    tagged = [_tagged(row) for file in files for row in _read(file)["drill"]]
    return MappingProxyType({entry.drill.id: entry for entry in tagged})


def drill(drill_id: str) -> Drill:
    """Return one drill.

    Raises:
        KeyError: no such drill; a test holds that no rule names one.
    """
    return drills()[drill_id].drill


def _tagged(row: dict[str, Any]) -> TaggedDrill:
    tags = TaggedDrill.model_fields.keys() & row.keys()
    content = {key: value for key, value in row.items() if key not in tags}
    return TaggedDrill.model_validate({"drill": content} | {key: row[key] for key in tags})


def _read(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return tomllib.load(file)
