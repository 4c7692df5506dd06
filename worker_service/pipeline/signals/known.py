"""Statistics over what is known; NaN, without a warning, where nothing is."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def median(values: "NDArray[np.float64]") -> float:
    """Return the median of the finite values."""
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else float("nan")


def percentile(
    values: "NDArray[np.float64]", percent: float, weights: "NDArray[np.float64]"
) -> float:
    """Return the finite value below which this part of the weight of all finite ones lies."""
    known = np.isfinite(values)
    if not known.any():
        return float("nan")
    order = np.argsort(values[known], kind="stable")
    reached = np.cumsum(weights[known][order])
    place = int(np.searchsorted(reached, reached[-1] * percent / 100.0))
    return float(values[known][order][min(place, len(order) - 1)])


def rms(values: "NDArray[np.float64]") -> float:
    """Return the root of the mean square of the finite values."""
    known = values[np.isfinite(values)]
    return float(np.sqrt((known**2).mean())) if known.size else float("nan")
