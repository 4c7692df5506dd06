"""The strongest rhythm of a movement, from its spectrum and not from counted peaks."""

from typing import TYPE_CHECKING

import numpy as np
from scipy.signal import detrend

from worker_service.pipeline.signals.even import EVEN_HZ

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from worker_service.pipeline.signals.motion import Motion

CYCLES = 3
"""Fewer repeats are not a rhythm."""

QUICKEST_HZ = 5.0
REGULAR = 0.5
"""Share of the movement's power that must lie around the rhythm."""

PADDING = 8
"""The spectrum is read this much finer than the clip's length alone would allow."""

FOLLOWED = ("left_ankle", "right_ankle", "left_wrist", "right_wrist", "nose")


def cycles_per_minute(part: "Motion") -> float | None:
    """Return the rhythm of hands, feet and head, or None when there is no regular one."""
    duration_s = len(part) / EVEN_HZ
    paths = _paths(part)
    if paths.shape[1] == 0 or duration_s * QUICKEST_HZ < CYCLES:
        return None
    hz, power = _spectrum(paths)
    allowed = (hz >= CYCLES / duration_s) & (hz <= QUICKEST_HZ)
    if not allowed.any() or power.sum() <= 0:
        return None
    top = int(np.where(allowed, power, 0.0).argmax())
    around = np.abs(hz - hz[top]) <= 1.5 / duration_s
    if top == int(np.flatnonzero(allowed)[0]) or power[around].sum() < REGULAR * power.sum():
        return None
    return float(hz[top] * 60.0)


def _paths(part: "Motion") -> "NDArray[np.float64]":
    """(m, k) coordinates relative to the hips, of points known throughout."""
    hips = part.middle("hip")
    paths = np.concatenate([part.point(name) - hips for name in FOLLOWED], axis=1)
    return np.asarray(paths[:, np.isfinite(paths).all(axis=0)])


def _spectrum(paths: "NDArray[np.float64]") -> tuple["NDArray[np.float64]", "NDArray[np.float64]"]:
    """Frequencies and the power of all paths together; slow drift removed, ends faded."""
    faded = np.asarray(detrend(paths, axis=0), dtype=np.float64) * np.hanning(len(paths))[:, None]
    size = PADDING * len(paths)
    power = (np.abs(np.fft.rfft(faded, n=size, axis=0)) ** 2).sum(axis=1)
    return np.asarray(np.fft.rfftfreq(size, 1.0 / EVEN_HZ), dtype=np.float64), np.asarray(
        power, dtype=np.float64
    )
