"""Reads the catalogue's TOML files once and checks every entry."""

import tomllib
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pydantic import Field

from shared.results import Drill, Movement, View, Wire

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
    metrics: list[str] = Field(min_length=1, description="Keys in the results' `metrics`.")
    capture: CaptureGuide


class TaggedDrill(Wire):
    """A drill with the finding codes and movements it serves."""

    drill: Drill
    codes: list[str]
    movements: list[Movement] = Field(min_length=1)


@lru_cache(maxsize=1)
def movements() -> "Mapping[Movement, MovementGuide]":
    """Return every movement, in the order of the file."""
    guides = [MovementGuide.model_validate(row) for row in _rows("movements.toml", "movement")]
    return MappingProxyType({guide.id: guide for guide in guides})


@lru_cache(maxsize=1)
def drills() -> "Mapping[str, TaggedDrill]":
    """Return every drill by its id, in the order of the file."""
    tagged = [_tagged(row) for row in _rows("drills.toml", "drill")]
    return MappingProxyType({entry.drill.id: entry for entry in tagged})


def drill(drill_id: str) -> Drill:
    """Return one drill.

    Raises:
        KeyError: no such drill; a test holds that no rule names one.
    """
    return drills()[drill_id].drill


def _tagged(row: dict[str, Any]) -> TaggedDrill:
    content = {key: value for key, value in row.items() if key not in {"codes", "movements"}}
    return TaggedDrill.model_validate(
        {"drill": content, "codes": row["codes"], "movements": row["movements"]}
    )


def _rows(name: str, table: str) -> list[dict[str, Any]]:
    with (_HERE / name).open("rb") as file:
        rows: list[dict[str, Any]] = tomllib.load(file)[table]
    return rows
