"""Put unevenly sampled quantities on an even clock, so that no result depends on the sample rate.

Every measurement is taken on this clock: the same movement filmed at 15, 30 or 240 pictures a
second becomes (nearly) the same curve, and a window may begin between two pictures.
"""

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy.interpolate import CubicSpline

from worker_service.pipeline.signals.filters import zero_lag_lowpass
from worker_service.pipeline.signals.gaps import MAX_GAP_S

if TYPE_CHECKING:
    from numpy.typing import NDArray

EVEN_HZ = 120.0
"""Samples a second of the even clock; twice the rate of the quickest usual phone recording."""

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
) -> "NDArray[np.float64]":
    """Draw a smooth curve through samples and read it on an even clock.

    Args:
        t_s: (n,) strictly increasing seconds of the samples.
        values: (n, k) samples; a row with NaN counts as missing.
        clock: (m,) from `even_clock`.
        cutoff_hz: zero-lag Butterworth of fourth order overall; None leaves the curve as drawn.

    Returns:
        (m, k); NaN outside the runs of samples that lie close enough together.
    """
    drawn = np.full((len(clock), values.shape[1]), np.nan)
    known = np.isfinite(values).all(axis=1)
    for first, last in _runs(t_s[known], longest_step_s=_longest_step_s(t_s)):
        run_t, run = t_s[known][first:last], values[known][first:last]
        inside = (clock >= run_t[0] - 1e-9) & (clock <= run_t[-1] + 1e-9)
        drawn[inside] = _curve(run_t, run, clock[inside])
    return drawn if cutoff_hz is None else zero_lag_lowpass(clock, drawn, cutoff_hz)


def _longest_step_s(t_s: "NDArray[np.float64]") -> float:
    """Two samples in a row always belong together, however slow the sampling is."""
    typical = float(np.median(np.diff(t_s))) if len(t_s) > 1 else 0.0
    return max(MAX_GAP_S, 1.5 * typical)


def _runs(t_s: "NDArray[np.float64]", *, longest_step_s: float) -> list[tuple[int, int]]:
    """Return [first, last) of every stretch without a hole, two samples at least."""
    holes = np.flatnonzero(np.diff(t_s) > longest_step_s) + 1
    edges = [0, *holes.tolist(), len(t_s)]
    return [(first, last) for first, last in pairwise(edges) if last - first > 1]


def _curve(
    t_s: "NDArray[np.float64]", values: "NDArray[np.float64]", clock: "NDArray[np.float64]"
) -> "NDArray[np.float64]":
    if len(t_s) >= _SPLINE_SAMPLES:
        return np.asarray(CubicSpline(t_s, values)(clock))
    return np.column_stack([np.interp(clock, t_s, column) for column in values.T])
