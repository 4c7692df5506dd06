"""Put unevenly sampled quantities on an even clock, so that no result depends on the sample rate.

Every measurement is taken on this clock: the same movement filmed at 15, 30 or 240 pictures a
second becomes (nearly) the same curve, and a window may begin between two pictures.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.ndimage import uniform_filter1d

from worker_service.pipeline.signals.filters import MAX_SHARE_OF_RATE, zero_lag_lowpass
from worker_service.pipeline.signals.gaps import MAX_GAP_S
from worker_service.pipeline.signals.rates import holes, local_rate_hz

if TYPE_CHECKING:
    from numpy.typing import NDArray

EVEN_HZ = 120.0
"""Samples a second of the even clock; twice the rate of the quickest usual phone recording."""

LONG_STEP = 1.5
"""A step longer than `MAX_GAP_S` is a hole if it is this many times as long as those beside it."""

CUTOFF_STEP = 2.0**0.5
"""Where the sampling is too slow for a cut-off, the next lower of cut-offs so far apart is used."""

BLEND_S = 0.1
"""Two cut-offs pass into each other within this time."""

_SPLINE_SAMPLES = 4
"""A cubic needs four points; a shorter run is joined by straight lines."""


def even_clock(t_s: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Return times 1 / EVEN_HZ apart from the first to the last given second."""
    if len(t_s) == 0:
        return np.empty(0)
    steps = int(np.floor((t_s[-1] - t_s[0]) * EVEN_HZ + 1e-6))
    return np.asarray(t_s[0] + np.arange(steps + 1) / EVEN_HZ)


def resample(
    t_s: "NDArray[np.float64]",
    values: "NDArray[np.float64]",
    clock: "NDArray[np.float64]",
    *,
    cutoff_hz: float | None,
    breaks_s: Sequence[float] = (),
) -> "NDArray[np.float64]":
    """Draw a smooth curve through samples and read it on an even clock.

    Args:
        t_s: (n,) strictly increasing seconds of the samples.
        values: (n, k) samples; a row with NaN counts as missing.
        clock: (m,) from `even_clock`.
        cutoff_hz: zero-lag Butterworth of fourth order overall, lower where the samples are too
            far apart for it; None leaves the curve as drawn.
        breaks_s: seconds that no curve goes on across.

    Returns:
        (m, k); NaN outside the runs of samples that lie close enough together.
    """
    drawn = np.full((len(clock), values.shape[1]), np.nan)
    known = np.asarray(np.isfinite(values).all(axis=1))
    for first, last in _runs(t_s, known, breaks_s):
        run_t, run = t_s[known][first:last], values[known][first:last]
        inside = (clock >= run_t[0] - 1e-9) & (clock <= run_t[-1] + 1e-9)
        drawn[inside] = _curve(run_t, run, clock[inside])
    for break_s in breaks_s:
        drawn[np.abs(clock - break_s) < 1.0 / EVEN_HZ] = np.nan
    if cutoff_hz is None or len(t_s) < 2:  # noqa: PLR2004 - a rate needs two samples
        return drawn
    return _smooth(clock, drawn, cutoff_hz, np.interp(clock, t_s, local_rate_hz(t_s)))


def _runs(
    t_s: "NDArray[np.float64]", known: "NDArray[np.bool_]", breaks_s: Sequence[float]
) -> list[tuple[int, int]]:
    """Return [first, last) among the known samples of every stretch without a hole, from two on."""
    places = np.flatnonzero(known)
    lost = np.diff(t_s[places]) > MAX_GAP_S
    lost &= np.diff(places) > 1
    never = np.append(holes(t_s, longest_s=MAX_GAP_S, times=LONG_STEP), 0)
    breaks = lost | np.add.reduceat(never, places)[:-1].astype(bool) if len(places) > 1 else lost
    cuts = np.searchsorted(t_s[places], breaks_s)
    edges = np.unique(np.r_[0, np.flatnonzero(breaks) + 1, cuts, len(places)]).tolist()
    return [(first, last) for first, last in pairwise(edges) if last - first > 1]


def _smooth(
    clock: "NDArray[np.float64]",
    drawn: "NDArray[np.float64]",
    cutoff_hz: float,
    rate_hz: "NDArray[np.float64]",
) -> "NDArray[np.float64]":
    """Filter a curve with the cut-off that its samples allow at the time, at most `cutoff_hz`."""
    short_by = np.log(cutoff_hz / (MAX_SHARE_OF_RATE * rate_hz)) / np.log(CUTOFF_STEP)
    level = np.maximum(np.ceil(short_by - 1e-6), 0.0)
    width = max(1, round(BLEND_S * EVEN_HZ))
    smooth = np.zeros_like(drawn)
    for one in np.unique(level):
        share = uniform_filter1d((level == one).astype(float), width, mode="nearest")
        part = share > 0
        smooth[part] += (
            share[part, None] * zero_lag_lowpass(clock, drawn, cutoff_hz / CUTOFF_STEP**one)[part]
        )
    return smooth


def _curve(
    t_s: "NDArray[np.float64]", values: "NDArray[np.float64]", clock: "NDArray[np.float64]"
) -> "NDArray[np.float64]":
    if len(t_s) >= _SPLINE_SAMPLES:
        return np.asarray(CubicSpline(t_s, values)(clock))
    return np.column_stack([np.interp(clock, t_s, column) for column in values.T])
