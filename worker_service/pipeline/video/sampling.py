"""Which pictures of a clip to look at."""

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

import numpy as np


class Timed(Protocol):
    """Anything with a place in time, in seconds."""

    @property
    def t_s(self) -> float:
        """Seconds in the clip's own clock."""
        ...


T = TypeVar("T", bound=Timed)


def nearest_to_grid(items: Iterable[T], rate_hz: float) -> Iterator[T]:
    """Yield the item nearest to each k / rate_hz, each at most once, in order.

    `items` come in strictly increasing time. Rate 0 yields them all. An item stands for the
    time from half-way to its predecessor up to half-way to its successor; the last one for
    half its distance from its predecessor. Holds back one item, not more.
    """
    if rate_hz <= 0:
        yield from items
        return
    held: T | None = None
    begins, half_gap = -np.inf, 0.0
    for item in items:
        if held is not None:
            half_gap = (item.t_s - held.t_s) / 2
            ends = held.t_s + half_gap
            if _grid_point_within(begins, ends, rate_hz):
                yield held
            begins = ends
        held = item
    if held is not None and _grid_point_within(begins, held.t_s + half_gap, rate_hz):
        yield held


def _grid_point_within(begins: float, ends: float, rate_hz: float) -> bool:
    """Whether a k / rate_hz, k = 0, 1, …, lies in (begins, ends]."""
    last = np.floor(ends * rate_hz)
    return bool(last >= 0 and last > begins * rate_hz)
