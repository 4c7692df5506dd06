"""The strongest rhythm of a movement, from its spectrum and not from counted peaks."""

from typing import TYPE_CHECKING

import numpy as np
from scipy.fft import next_fast_len
from scipy.signal import detrend

from worker_service.pipeline.metrics.rhythm import AROUND, best_hz, explained, pieces
from worker_service.pipeline.signals.even import EVEN_HZ

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from worker_service.pipeline.signals.motion import Motion

CYCLES = 3
"""Fewer repeats are not a rhythm."""

QUICKEST_HZ = 5.0
REGULAR = 0.5
"""Share of the movement's power that must lie around the rhythm."""

EVERY = 4
"""Every fourth sample, 30 a second, holds the multiples of the quickest rhythm that count."""

PADDING = 8
"""The spectrum is read this much finer than the clip's length alone would allow."""

FOLLOWED = ("left_ankle", "right_ankle", "left_wrist", "right_wrist", "nose")

MULTIPLES = 4
"""What a cycle is made of, with its own frequency."""

PIECE_CYCLES = 6.0
"""A long stretch is fitted in pieces of about this length."""

HALF_GAINS = 0.06
"""Share of the movement that half a frequency must explain beyond the frequency itself to be the
true one: somebody who jumps bends the knees twice a jump. Generated jumps gain 0.10 and more, and
what does not repeat in twos 0.03 at most, at 2.5 px of noise."""


def cycles_per_minute(part: "Motion") -> float | None:
    """Return the rhythm of hips, hands, feet and head, or None when there is no regular one."""
    duration_s = len(part) / EVEN_HZ
    t_s, paths = part.t_s[::EVERY], _paths(part)[::EVERY]
    strongest = _strongest_hz(paths, duration_s)
    if strongest is None:
        return None
    hz = _whole_cycle_hz(t_s, paths, strongest)
    return 60.0 * hz if hz * duration_s >= CYCLES * (1.0 - AROUND / 2) else None


def _strongest_hz(paths: "NDArray[np.float64]", duration_s: float) -> float | None:
    if duration_s * QUICKEST_HZ < CYCLES:
        return None
    hz, power = _spectrum(paths)
    allowed = (hz >= CYCLES / duration_s) & (hz <= QUICKEST_HZ)
    if not allowed.any() or power.sum() <= 0:
        return None
    top = int(np.where(allowed, power, 0.0).argmax())
    around = np.abs(hz - hz[top]) <= 1.5 / duration_s
    if top == int(np.flatnonzero(allowed)[0]) or power[around].sum() < REGULAR * power.sum():
        return None
    return float(hz[top])


def _whole_cycle_hz(
    t_s: "NDArray[np.float64]", paths: "NDArray[np.float64]", strongest_hz: float
) -> float:
    """Return the frequency of a cycle, of which the strongest one may be the double."""
    parts = pieces(t_s, strongest_hz, cycles=PIECE_CYCLES)
    whole = [_fitted(t_s[one], paths[one], strongest_hz, MULTIPLES) for one in parts]
    half = [_fitted(t_s[one], paths[one], strongest_hz / 2.0, 2 * MULTIPLES) for one in parts]
    gained = np.mean([share for _, share in half]) - np.mean([share for _, share in whole])
    true = half if gained > HALF_GAINS else whole
    return float(np.mean([hz for hz, _ in true]))


def _fitted(
    t_s: "NDArray[np.float64]", paths: "NDArray[np.float64]", near_hz: float, multiples: int
) -> tuple[float, float]:
    """Return the best frequency around a guess and the share of the movement it explains."""
    hz = best_hz(t_s, paths, near_hz, multiples=multiples)
    return hz, explained(t_s, paths, hz, multiples=multiples)


def _paths(part: "Motion") -> "NDArray[np.float64]":
    """(m, k) coordinates relative to the hips, and the hips' height, where known throughout.

    Relative to the hips alone, a jump would be lost.
    """
    hips = part.middle("hip")
    ends = [part.point(name) - hips for name in FOLLOWED]
    paths = np.concatenate([*ends, hips[:, 1:]], axis=1)
    return np.asarray(paths[:, np.isfinite(paths).all(axis=0)])


def _spectrum(paths: "NDArray[np.float64]") -> tuple["NDArray[np.float64]", "NDArray[np.float64]"]:
    """Frequencies and the power of all paths together; slow drift removed, ends faded."""
    if paths.shape[1] == 0:
        return np.empty(0), np.empty(0)
    faded = np.asarray(detrend(paths, axis=0), dtype=np.float64) * np.hanning(len(paths))[:, None]
    size = next_fast_len(PADDING * len(paths), real=True)
    power = (np.abs(np.fft.rfft(faded, n=size, axis=0)) ** 2).sum(axis=1)
    return np.asarray(np.fft.rfftfreq(size, EVERY / EVEN_HZ), dtype=np.float64), np.asarray(
        power, dtype=np.float64
    )
