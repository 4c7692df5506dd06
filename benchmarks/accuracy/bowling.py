"""Two labelled deliveries: sides, moments and the front knee."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from benchmarks.accuracy.filming import value
from benchmarks.accuracy.studio import Studio
from shared.results import EventType, Movement, Results

FPS = 30_000 / 1001
KINDS = {
    "back_foot_contact": EventType.BACK_FOOT_CONTACT,
    "front_foot_contact": EventType.FRONT_FOOT_CONTACT,
    "ball_release": EventType.RELEASE,
}
"""Labels that are promised, and what the product calls them."""

KNEES = {
    "front_foot_contact": "front_knee_at_contact",
    "ball_release": "front_knee_at_release",
}


def sides(clip: str, studio: Studio) -> Iterator[float]:
    """Yield 1 for every event on the wrong side."""
    results = _results(clip, studio)
    for label in _promised(clip, studio):
        found = [e.side for e in results.events if e.type is KINDS[label["type"]]]
        yield float(found[:1] != [label["side"]])


def events(clip: str, studio: Studio) -> Iterator[float]:
    """Yield errors in pictures."""
    results = _results(clip, studio)
    for label in _promised(clip, studio):
        offs = [
            abs(event.t_s - label["t_s"]) * FPS
            for event in results.events
            if event.type is KINDS[label["type"]]
        ]
        yield min(offs, default=float("nan"))


def knees(clip: str, studio: Studio) -> Iterator[float]:
    """Yield errors in degrees."""
    results = _results(clip, studio)
    for label in studio.labels(clip)["angles"]:
        yield abs(value(results.metrics, KNEES[label["moment"]]) - label["deg"])


def _results(clip: str, studio: Studio) -> Results:
    return studio.analysis(clip, movement=Movement.CRICKET_BOWLING).results


def _promised(clip: str, studio: Studio) -> list[dict[str, Any]]:
    return [label for label in studio.labels(clip)["events"] if label["type"] in KINDS]


CHECKS: dict[str, Callable[[Studio], Iterator[float]]] = {
    f"{name}_{row}": partial(check, f"{name}.mp4")
    for name in ("bowling_1", "bowling_3")
    for row, check in (("sides", sides), ("events", events), ("knee", knees))
}
