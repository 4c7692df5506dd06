"""Statistics over what is known; NaN, without a warning, where nothing is."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def median(values: "NDArray[np.float64]") -> float:
    """Return the median of the finite values."""
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else float("nan")


def rms(values: "NDArray[np.float64]") -> float:
    """Return the root of the mean square of the finite values."""
    known = values[np.isfinite(values)]
    return float(np.sqrt((known**2).mean())) if known.size else float("nan")
