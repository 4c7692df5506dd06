"""Cadence, from the rhythm of the legs and not from counted steps."""

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize_scalar

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from worker_service.pipeline.signals.motion import Motion

CYCLES = 3.0
"""Fewer cycles do not make a rhythm."""

PIECE_CYCLES = 6.0
"""Nobody keeps one rhythm for a minute: a long bout is fitted in pieces of about this length."""

HARMONICS = 4
"""How many multiples of the stride's frequency a leg's path is made of."""

AROUND = 0.1
"""The frequency is looked for this share around that of the strides found."""

REGULAR = 0.85
"""Share of the legs' movement that a piece's steady rhythm must explain."""


def steps_per_minute(part: "Motion", stride_s: float) -> float | None:
    """Return the mean steps a minute of the rhythms that explain the pieces of a bout best.

    Both coordinates of one ankle relative to the other are fitted with a stride's frequency and
    its multiples by least squares; None below `CYCLES` cycles and without a steady rhythm.

    Args:
        part: the bout of running.
        stride_s: about how long a stride takes.
    """
    paths = part.point("left_ankle") - part.point("right_ankle")
    known = np.isfinite(paths).all(axis=1)
    t_s, paths = part.t_s[known][::2], paths[known][::2]  # 60 Hz hold four multiples of any stride
    cycles = float(np.ptp(t_s)) / stride_s if len(t_s) else 0.0
    if cycles < CYCLES * (1.0 - AROUND / 2):
        return None
    pieces = np.array_split(np.arange(len(t_s)), max(1, int(cycles / PIECE_CYCLES)))
    found = [_rhythm_hz(t_s[piece], paths[piece], 1.0 / stride_s) for piece in pieces]
    steady = [hz for hz in found if hz is not None]
    return 120.0 * float(np.mean(steady)) if 2 * len(steady) > len(pieces) else None


def _rhythm_hz(
    t_s: "NDArray[np.float64]", paths: "NDArray[np.float64]", near_hz: float
) -> float | None:
    about_mean = paths - paths.mean(axis=0)
    total = float((about_mean**2).sum())

    def unexplained(hz: float) -> float:
        return 1.0 - _explained(t_s, about_mean, hz) / total

    guesses = np.linspace(1.0 - AROUND, 1.0 + AROUND, 41) * near_hz
    best = guesses[int(np.argmin([unexplained(hz) for hz in guesses]))]
    step = guesses[1] - guesses[0]
    found = minimize_scalar(unexplained, bounds=(best - step, best + step), method="bounded")
    return float(found.x) if unexplained(float(found.x)) <= 1.0 - REGULAR else None


def _explained(t_s: "NDArray[np.float64]", paths: "NDArray[np.float64]", hz: float) -> float:
    """Sum of squares that a rhythm of this frequency and its multiples account for."""
    turns = 2 * np.pi * hz * (t_s - t_s[0])[:, None] * np.arange(1, HARMONICS + 1)
    waves = np.concatenate([np.ones((len(t_s), 1)), np.cos(turns), np.sin(turns)], axis=1)
    match = waves.T @ paths
    return float((match * np.linalg.solve(waves.T @ waves, match)).sum())
