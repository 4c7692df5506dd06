"""Speeds and turn rates on the even clock."""

from typing import TYPE_CHECKING

import numpy as np

from worker_service.pipeline.signals.even import EVEN_HZ

if TYPE_CHECKING:
    from numpy.typing import NDArray


def speed(points: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """(m,) length of the velocity of (m, k) points, in their unit a second; NaN where unknown."""
    if len(points) < 2:  # noqa: PLR2004 - a difference needs two samples
        return np.full(len(points), np.nan)
    return np.asarray(np.linalg.norm(np.gradient(points, 1.0 / EVEN_HZ, axis=0), axis=1))


def unwrapped_deg(angles_deg: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Remove jumps of a full turn, so that 179 to -179 degrees is a step of 2; keeps NaN."""
    turned = angles_deg.copy()
    known = np.isfinite(angles_deg)
    turned[known] = np.unwrap(angles_deg[known], period=360.0)
    return turned


def turn_rate_deg_s(angles_deg: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """(m,) signed degrees a second of a direction, never across the wrap at 180 degrees."""
    if len(angles_deg) < 2:  # noqa: PLR2004 - a difference needs two samples
        return np.full(len(angles_deg), np.nan)
    return np.asarray(np.gradient(unwrapped_deg(angles_deg), 1.0 / EVEN_HZ))
