"""How densely a track is sampled from moment to moment: two passes leave two rates in one clip."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

AROUND_STEPS = 3
"""A rate is the median over this many steps before and after."""


def steps_s(t_s: Floats) -> Floats:
    """(n,) seconds that each of (n,) increasing samples stands for: half-way to those beside it.

    A share of time is a mean with these weights; one of samples depends on their rate. 1 for a
    single sample.
    """
    if len(t_s) < 2:  # noqa: PLR2004 - a step needs two samples
        return np.ones(len(t_s))
    steps = np.diff(t_s)
    return np.asarray((np.r_[steps[0], steps] + np.r_[steps, steps[-1]]) / 2.0)


def local_rate_hz(t_s: Floats) -> Floats:
    """(n,) samples a second around each of (n,) increasing seconds; 0 for a single sample."""
    if len(t_s) < 2:  # noqa: PLR2004 - a rate needs two samples
        return np.zeros(len(t_s))
    steps = np.diff(t_s)
    padded = np.pad(steps, AROUND_STEPS, mode="reflect" if len(steps) > AROUND_STEPS else "edge")
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * AROUND_STEPS)
    return np.asarray(1.0 / np.median(around, axis=1))


def densest_rate_hz(t_s: Floats, *, for_s: float) -> float:
    """Return the highest rate that is kept up for `for_s` seconds in all; 0 where none is."""
    rates = local_rate_hz(t_s)
    if not rates.any():
        return 0.0
    order = np.argsort(-rates)
    lasting = np.cumsum(1.0 / rates[order])
    enough = np.searchsorted(lasting, min(for_s, lasting[-1]) - 1e-9)
    return float(rates[order][min(int(enough), len(rates) - 1)])


def holes(t_s: Floats, *, longest_s: float, times: float) -> NDArray[np.bool_]:
    """(n - 1,) which steps are too long for their samples to belong together.

    A step is a hole if it lasts longer than `longest_s` and than `times` the longer of the steps
    beside it: two samples in a row always belong together, however slow the sampling is.
    """
    steps = np.diff(t_s)
    if len(steps) < 2:  # noqa: PLR2004 - one step has none beside it
        return np.zeros(len(steps), dtype=bool)
    beside = np.maximum(np.r_[steps[1], steps[:-1]], np.r_[steps[1:], steps[-2]])
    return np.asarray(steps > np.maximum(longest_s, times * beside))
