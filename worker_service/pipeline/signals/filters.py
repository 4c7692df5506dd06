"""Smoothing without delay."""

from itertools import pairwise
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt

from worker_service.pipeline.signals.gaps import runs
from worker_service.pipeline.signals.rates import holes, local_rate_hz

ORDER_PER_PASS = 2
"""Forwards and backwards make a fourth-order filter."""

MAX_SHARE_OF_RATE = 0.45
"""A cut-off comes no nearer to the sampling rate than this; half of it is the Nyquist limit."""

PAD_SAMPLES = 9
"""What `sosfiltfilt` needs on either side for one section; shorter runs stay unfiltered."""

DOUBLE_PASS = (np.sqrt(2.0) - 1.0) ** (1 / (2 * ORDER_PER_PASS))
"""Two passes lower the cut-off to this part of it (Winter, Biomechanics, 4th ed., 2.2.4)."""

EVEN_STEPS = 0.02
"""Time steps that differ by less than this share of their median count as even."""

BREAK_STEPS = 2.5
"""A time step this many times those beside it breaks a run in two."""


def zero_lag_lowpass(
    t_s: NDArray[np.float64], values: NDArray[np.float64], cutoff_hz: float
) -> NDArray[np.float64]:
    """Return (n, …) `values` with what is faster than `cutoff_hz` removed and no delay.

    Fourth-order Butterworth, forwards and backwards, on each run of finite rows by itself; NaN
    stays where it is and spoils nothing. Uneven samples are brought to an even grid for it, as
    fine as the densest of them. A cut-off too near to the sampling rate is lowered, and runs of
    up to `PAD_SAMPLES` stay as they are.
    """
    if cutoff_hz <= 0:
        raise ValueError("a low-pass filter needs a cut-off above 0 Hz")
    flat = values.reshape(len(values), int(np.prod(values.shape[1:])))
    smooth = flat.copy()
    for run in _even_runs(t_s, np.asarray(np.isfinite(flat).all(axis=1))):
        if run.stop - run.start > PAD_SAMPLES:
            smooth[run] = _lowpass(t_s[run], flat[run], cutoff_hz)
    return smooth.reshape(values.shape)


def _even_runs(t_s: NDArray[np.float64], valid: NDArray[np.bool_]) -> list[slice]:
    """Runs of valid samples, broken where time itself has a hole."""
    breaks = (np.flatnonzero(holes(t_s, longest_s=0.0, times=BREAK_STEPS)) + 1).tolist()
    cut = [slice(a, b) for a, b in pairwise([0, *breaks, len(t_s)])]
    return [
        slice(part.start + run.start, part.start + run.stop)
        for part in cut
        for run in runs(valid[part])
    ]


def _lowpass(
    t_s: NDArray[np.float64], values: NDArray[np.float64], cutoff_hz: float
) -> NDArray[np.float64]:
    """Filter one run of (n, k) finite values."""
    steps = np.diff(t_s)
    step_s = float(np.median(steps))
    sections = _sections(cutoff_hz, 1.0 / step_s)
    if np.all(np.abs(steps - step_s) <= EVEN_STEPS * step_s):
        return np.asarray(sosfiltfilt(sections, values, axis=0))
    finest_s = 1.0 / float(local_rate_hz(t_s).max())
    count = max(round((t_s[-1] - t_s[0]) / finest_s) + 1, PAD_SAMPLES + 1)
    even_s = np.linspace(t_s[0], t_s[-1], count)
    sections = _sections(cutoff_hz, 1.0 / (even_s[1] - even_s[0]))
    even = np.asarray(sosfiltfilt(sections, _at(even_s, t_s, values), axis=0))
    return _at(t_s, even_s, even)


def _sections(cutoff_hz: float, rate_hz: float) -> NDArray[np.float64]:
    share = min(cutoff_hz / DOUBLE_PASS / rate_hz, MAX_SHARE_OF_RATE)
    return cast(
        "NDArray[np.float64]", butter(ORDER_PER_PASS, share, btype="low", fs=1.0, output="sos")
    )


def _at(
    new_t_s: NDArray[np.float64], t_s: NDArray[np.float64], values: NDArray[np.float64]
) -> NDArray[np.float64]:
    columns = [np.interp(new_t_s, t_s, column) for column in values.T]
    return np.stack(columns, axis=1)
