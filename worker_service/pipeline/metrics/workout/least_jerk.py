"""The path of least jerk, after a model of arms that reach (Flash & Hogan 1985).

That whole bodies move so between two rests is the app's own assumption, tried on its clips.

Where a movement begins and ends is flat, and noise decides which sample leaves rest first. The
path fitted through the whole way is not: it finds both ends from the steep middle.
"""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

STEPS = 4
"""Steps of Gauss and Newton; from a start within a tenth the fit settles in them."""

AROUND = 0.3
"""Share of the duration that is looked at before and after: resting, so that levels are found."""

LARGEST_STEP = 0.15
"""Share of the duration by which one step may move an end."""

FARTHEST = 0.5
"""Share of the guessed duration by which an end may move in all; beyond, it was no such path."""


def least_jerk(share: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Return the share of the way gone after a share of the time."""
    u = np.clip(share, 0.0, 1.0)
    return np.asarray(u**3 * (10 - 15 * u + 6 * u**2))


def least_jerk_times(levels: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Return the share of the time after which each share of the way is gone."""
    times = np.linspace(0.0, 1.0, 1001)
    return np.asarray(np.interp(levels, least_jerk(times), times))


def least_jerk_fit(
    t_s: "NDArray[np.float64]", path: "NDArray[np.float64]", start_s: float, end_s: float
) -> tuple[float, float]:
    """Return when the path starts and ends, by least squares, from a first guess.

    `t_s` may run backwards; then `end_s` lies before `start_s`. The guess is returned when the
    fit does not settle.
    """
    guess = start_s, end_s
    for _ in range(STEPS):
        duration_s = end_s - start_s
        reach_s = AROUND * abs(duration_s)
        low_s, high_s = min(start_s, end_s) - reach_s, max(start_s, end_s) + reach_s
        near = (t_s >= low_s) & (t_s <= high_s)
        share = (t_s[near] - start_s) / duration_s
        gone = least_jerk(share)
        slope = 30 * (np.clip(share, 0, 1) * (1 - np.clip(share, 0, 1))) ** 2
        columns = [1 - gone, gone, slope * (share - 1), -slope * share]
        fitted, *_ = np.linalg.lstsq(np.stack(columns, axis=1), path[near], rcond=None)
        way = fitted[1] - fitted[0]
        if not np.isfinite(fitted).all() or way <= 0:
            return guess
        limit = LARGEST_STEP * abs(duration_s)
        move_s = np.clip(fitted[2:] / way * duration_s, -limit, limit)
        start_s, end_s = start_s + float(move_s[0]), end_s + float(move_s[1])
        if (end_s - start_s) * duration_s <= 0:
            return guess
    moved_s = max(abs(start_s - guess[0]), abs(end_s - guess[1]))
    return (start_s, end_s) if moved_s <= FARTHEST * abs(guess[1] - guess[0]) else guess
