"""Gaps in sampled series: find what is whole, fill what is short."""

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

MAX_GAP_S = 0.25
"""The longest gap worth filling: beyond it a limb may have done anything."""


def runs(valid: NDArray[np.bool_]) -> list[slice]:
    """Return the stretches where (n,) `valid` holds without a break, in order."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], valid, [False]]).astype(np.int8)))
    return [slice(int(begin), int(end)) for begin, end in edges.reshape(-1, 2)]


def short_gaps(
    t_s: NDArray[np.float64], valid: NDArray[np.bool_], *, max_gap_s: float = MAX_GAP_S
) -> NDArray[np.bool_]:
    """Return (n,) where samples are missing between valid ones at most `max_gap_s` apart.

    The distance is from the last valid sample before to the first one after. Nothing before
    the first or after the last valid sample is a gap.
    """
    short = np.zeros(len(valid), dtype=bool)
    for gap in runs(~valid):
        inside = gap.start > 0 and gap.stop < len(valid)
        if inside and t_s[gap.stop] - t_s[gap.start - 1] <= max_gap_s + 1e-9:
            short[gap] = True
    return short


def fill_gaps(
    t_s: NDArray[np.float64], values: NDArray[np.float64], *, max_gap_s: float = MAX_GAP_S
) -> NDArray[np.float64]:
    """Return (n, …) `values` with short gaps filled by a monotone cubic; never overshoots.

    A row with a NaN anywhere counts as missing as a whole. Longer gaps stay as they are.
    """
    valid = np.asarray(np.isfinite(values).all(axis=tuple(range(1, values.ndim))))
    gaps = short_gaps(t_s, valid, max_gap_s=max_gap_s)
    filled = values.copy()
    if gaps.any():
        filled[gaps] = PchipInterpolator(t_s[valid], values[valid], axis=0)(t_s[gaps])
    return filled
