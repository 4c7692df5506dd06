"""When videos arrive, in seconds from the beginning. The same every time."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Pattern:
    """A way in which videos arrive.

    Attributes:
        name: as the page says it.
        what: in a sentence.
        arrivals: the moments, ascending, in seconds.
        lasts_s: how long is looked at; at least until every job is over.
    """

    name: str
    what: str
    arrivals: tuple[float, ...]
    lasts_s: float


def steady() -> Pattern:
    """A usual afternoon."""
    return Pattern(
        "steady",
        "120 videos an hour for four hours, at random",
        _at_random([(0.0, 4 * HOUR_S, 120)]),
        4 * HOUR_S,
    )


def match_day() -> Pattern:
    """Everybody films, and sends it all after the match."""
    return Pattern(
        "match day",
        "40 videos an hour, and 600 more within half an hour after the match",
        _at_random([(0.0, 4 * HOUR_S, 40), (2 * HOUR_S, 2.5 * HOUR_S, 1200)]),
        4 * HOUR_S,
    )


def from_nothing() -> Pattern:
    """Nobody was there for hours, and then a thousand."""
    return Pattern(
        "zero to 1,000",
        "an hour of nothing, then 1,000 videos within ten minutes",
        tuple(HOUR_S + 600.0 * number / 1000 for number in range(1000)),
        4 * HOUR_S,
    )


PATTERNS: Mapping[str, Callable[[], Pattern]] = {
    "steady": steady,
    "match day": match_day,
    "zero to 1,000": from_nothing,
}


def _at_random(rates: Iterable[tuple[float, float, float]], seed: int = 1) -> tuple[float, ...]:
    """Poisson arrivals: from, until, so many an hour; rates that overlap add up."""
    dice = np.random.default_rng(seed)
    moments: list[float] = []
    for begins, ends, an_hour in rates:
        count = dice.poisson(an_hour * (ends - begins) / HOUR_S)
        moments.extend(dice.uniform(begins, ends, count).tolist())
    return tuple(sorted(moments))
