"""How well a rhythm explains a movement: a frequency and its multiples, fitted by least squares."""

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize_scalar

if TYPE_CHECKING:
    from numpy.typing import NDArray

AROUND = 0.1
"""A frequency is looked for this share around a guess."""

GUESSES = 41


def explained(
    t_s: "NDArray[np.float64]", paths: "NDArray[np.float64]", hz: float, *, multiples: int
) -> float:
    """Return the share of a movement that a rhythm accounts for, 0..1.

    What is explained are the paths about their straight lines: a drift is no rhythm.

    Args:
        t_s: (m,) real seconds.
        paths: (m, k) coordinates, known throughout.
        hz: the frequency.
        multiples: how many of its multiples, the frequency itself included, make one cycle.
    """
    time = (t_s - t_s[0]) / (t_s[-1] - t_s[0]) * 2.0 - 1.0
    line = np.stack([np.ones_like(time), time], axis=1)
    about_line = paths - line @ np.linalg.lstsq(line, paths, rcond=None)[0]
    total = float((about_line**2).sum())
    turns = 2.0 * np.pi * hz * (t_s - t_s[0])[:, None] * np.arange(1, multiples + 1)
    waves = np.concatenate([line, np.cos(turns), np.sin(turns)], axis=1)
    match = waves.T @ about_line
    found = float((match * np.linalg.lstsq(waves.T @ waves, match, rcond=None)[0]).sum())
    return found / total if total > 0 else 0.0


def best_hz(
    t_s: "NDArray[np.float64]", paths: "NDArray[np.float64]", near_hz: float, *, multiples: int
) -> float:
    """Return the frequency around a guess whose rhythm explains a movement best."""

    def unexplained(hz: float) -> float:
        return 1.0 - explained(t_s, paths, hz, multiples=multiples)

    guesses = np.linspace(1.0 - AROUND, 1.0 + AROUND, GUESSES) * near_hz
    best = guesses[int(np.argmin([unexplained(float(hz)) for hz in guesses]))]
    step = guesses[1] - guesses[0]
    return float(
        minimize_scalar(unexplained, bounds=(best - step, best + step), method="bounded").x
    )


def pieces(t_s: "NDArray[np.float64]", hz: float, *, cycles: float) -> list["NDArray[np.int64]"]:
    """Cut a long stretch into pieces of about so many cycles: nobody keeps one rhythm for long."""
    count = max(1, int(float(np.ptp(t_s)) * hz / cycles))
    return np.array_split(np.arange(len(t_s)), count)
