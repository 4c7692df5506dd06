"""Where a clip changes its speed: slow motion that begins inside it, a phone that halves its rate.

A clip keeps its clock if new pictures come at an even rate. An editor that slows a part down
repeats or spreads its pictures, and nothing in the file says so.
"""

import numpy as np
from numpy.typing import NDArray

from worker_service.pipeline.signals.rates import holes

CHANGED = 1.8
"""The rate of new pictures changes by this much at least; ramps usually halve or quarter it, ..."""

LASTING_S = 0.3
LASTING_PICTURES = 7
"""... for so long and for so many pictures, before and after. One repeated picture is no change."""

BREAK_STEPS = 4.0
"""A pause so many times the usual step is a hole in the recording and no other rate."""


def clock_changes_s(distinct_t_s: NDArray[np.float64]) -> tuple[float, ...]:
    """Return when the rate of new pictures changes, in seconds of the video.

    Args:
        distinct_t_s: (k,) times of the pictures that are no copy of the one before.
    """
    pictures = np.arange(len(distinct_t_s))
    if len(pictures) < 2 * LASTING_PICTURES + 1:
        return ()
    before = np.minimum(
        np.searchsorted(distinct_t_s, distinct_t_s - LASTING_S, side="right") - 1,
        pictures - LASTING_PICTURES,
    )
    after = np.maximum(
        np.searchsorted(distinct_t_s, distinct_t_s + LASTING_S), pictures + LASTING_PICTURES
    )
    inside = np.flatnonzero((before >= 0) & (after < len(pictures)))
    before, after = before[inside], after[inside]
    pauses = np.r_[0, np.cumsum(holes(distinct_t_s, longest_s=LASTING_S, times=BREAK_STEPS))]
    here = distinct_t_s[inside]
    rate_before = (inside - before) / (here - distinct_t_s[before])
    rate_after = (after - inside) / (distinct_t_s[after] - here)
    change = np.abs(np.log(rate_after / rate_before))
    change[pauses[after] > pauses[before]] = 0.0
    return tuple(float(here[place]) for place in _peaks(change, np.log(CHANGED)))


def _peaks(change: NDArray[np.float64], least: float) -> list[int]:
    """Return the middle of the highest samples of every stretch that reaches `least`."""
    high = np.flatnonzero(change >= least - 1e-9)
    stretches = np.split(high, np.flatnonzero(np.diff(high) > 1) + 1) if len(high) else []
    peaks = []
    for stretch in stretches:
        highest = stretch[change[stretch] >= change[stretch].max() - 1e-9]
        peaks.append(int(highest[len(highest) // 2]))
    return peaks
