"""Samples where no body can have been: alone off the way that the samples around them go.

A Hampel filter that knows time: how far a sample may lie off the line between its neighbours
grows with their distance in time, as the way of an accelerated limb does. Thus a bowling hand at
60 Hz passes, a glitch of the same size does not, and the rate may change within a clip.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FLOOR = 0.045
"""Body lengths off the line that are never an outlier: four times the model's scatter."""

HAMPEL = 3.0 * 1.4826
"""An outlier lies so many times further off than the samples around it usually do: three standard
deviations, one of which is 1.4826 medians of normal deviations (Hampel 1974)."""

AROUND_S = 0.5
"""Usual is what holds this long before and after, ..."""

AROUND_SAMPLES = 5
"""... or for so many samples, whichever is longer."""

_NEIGHBOURS = ((1, 1), (1, 2), (2, 1))
"""How many samples before and after; the second ones, because a neighbour may be an outlier."""


def outliers(t_s: Floats, path: Floats, *, pull: float, floor: float = FLOOR) -> NDArray[np.bool_]:
    """(n,) where a sample fits none of its pairs of neighbours.

    Args:
        t_s: (n,) increasing seconds.
        path: (n, d) in body lengths; NaN where unknown.
        pull: the hardest acceleration it reaches, in body lengths per second squared.
        floor: how far off the line a sample may always be.
    """
    found = np.zeros(len(t_s), dtype=bool)
    known = np.flatnonzero(np.isfinite(path).all(axis=1))
    if len(known) > sum(_NEIGHBOURS[-1]):
        found[known] = _outliers(t_s[known], path[known], pull, floor)
    return found


def _outliers(t_s: Floats, path: Floats, pull: float, floor: float) -> NDArray[np.bool_]:
    off = np.full((len(_NEIGHBOURS), len(t_s)), np.nan)
    allowed = np.full_like(off, np.nan)
    for row, (before, after) in enumerate(_NEIGHBOURS):
        here = slice(before, len(t_s) - after)
        start, end = slice(0, len(t_s) - before - after), slice(before + after, None)
        since, until = t_s[here] - t_s[start], t_s[end] - t_s[here]
        share = (since / (since + until))[:, None]
        line = path[start] * (1 - share) + path[end] * share
        off[row, here] = np.linalg.norm(path[here] - line, axis=1)
        allowed[row, here] = floor + pull * since * until / 2
    inner = np.isfinite(off[0])
    beyond = np.where(np.isfinite(off), off > allowed, True).all(axis=0) & inner  # noqa: FBT003
    for sample in np.flatnonzero(beyond):
        near = _around(t_s, sample)
        beyond[sample] = off[0, sample] > HAMPEL * np.nanmedian(off[0, near])
    return np.asarray(beyond)


def _around(t_s: Floats, sample: np.int64) -> slice:
    first, last = np.searchsorted(t_s, t_s[sample] + np.array([-AROUND_S, AROUND_S]))
    return slice(
        min(int(first), max(int(sample) - AROUND_SAMPLES, 0)),
        max(int(last), int(sample) + AROUND_SAMPLES + 1),
    )
