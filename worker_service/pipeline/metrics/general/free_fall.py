"""What tells a flight from anything else: only gravity moves the body.

A flight needs three things. The centre of mass falls with about gravity's acceleration, which
keeps out steps and kicks. The feet rise from where they stand, which keeps out quick bobbing. The
body pushes off from standing feet or gives on landing, which keeps out a swinging camera.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.polynomial.polynomial import polyfit
from scipy.signal import savgol_filter

from worker_service.pipeline.signals.even import EVEN_HZ
from worker_service.pipeline.signals.gaps import runs
from worker_service.pipeline.signals.moments import samples

if TYPE_CHECKING:
    from numpy.typing import NDArray

GRAVITY_M_S2 = 9.81

FREE_FALL = (0.5, 1.6)
"""Measured acceleration over gravity's where a flight may be: edges are blurred, scale guessed."""

WHOLE_FLIGHT = (0.75, 1.6)
"""The same for a parabola through all of it. Five filmed hops and a somersault gave 0.80 to 0.97;
dropping into a crouch on standing feet gave 0.68 and cannot reach 1."""

FITTED_S = 0.15
"""The acceleration at a moment is that of a parabola through this stretch around it."""

STANDS_S = 0.1
"""A foot stands when it is slow for this long on average; at the turn of a kick it is not."""

LEAST_RISE = 0.3
"""Share of the height that the time in the air asks for which the lowest foot must really rise."""

LEAST_WAY = 0.4
"""Share of the way that the body's speed at take-off or landing asks for which it must really move
against its standing feet just before or after. With a swinging camera both move as one."""

LEAST_WAY_M = 0.04

Air = tuple[int, int]
"""Samples of the even clock at which the last toe leaves and the first sole meets the ground."""


def falling(fall: "NDArray[np.float64]") -> "NDArray[np.bool_]":
    """(m,) whether the centre of mass, (m,) metres downwards, is in free fall."""
    window = samples(FITTED_S) // 2 * 2 + 1
    free = np.zeros(len(fall), dtype=bool)
    for run in runs(np.isfinite(fall)):
        if run.stop - run.start >= window:
            rate = savgol_filter(fall[run], window, 2, deriv=2, delta=1.0 / EVEN_HZ)
            free[run] = (rate >= FREE_FALL[0] * GRAVITY_M_S2) & (
                rate <= FREE_FALL[1] * GRAVITY_M_S2
            )
    return free


def flies(fall: "NDArray[np.float64]", soles: "NDArray[np.float64]", air: Air) -> bool:
    """Whether the whole stretch looks like a flight: a body in free fall, with its feet up."""
    first, last = air
    part = slice(first, last + 1)
    seconds = np.arange(last - first + 1) / EVEN_HZ
    if not np.isfinite(fall[part]).all():
        return False
    gravity = 2.0 * float(polyfit(seconds, fall[part], 2)[2]) / GRAVITY_M_S2
    lowest = soles[..., 1].max(axis=1)
    rise = float((lowest[first] + lowest[last]) / 2.0 - lowest[(first + last) // 2])
    asked = GRAVITY_M_S2 / 8.0 * float(seconds[-1]) ** 2
    in_free_fall = WHOLE_FLIGHT[0] <= gravity <= WHOLE_FLIGHT[1]
    return in_free_fall and rise >= LEAST_RISE * asked and _carried(fall, lowest, air)


def _carried(fall: "NDArray[np.float64]", lowest: "NDArray[np.float64]", air: Air) -> bool:
    """Whether the body rises above its standing feet before the flight or sinks to them after."""
    first, last = air
    stand = samples(STANDS_S)
    above = lowest - fall
    pushed = above[first] - above[first - stand]
    given = above[last] - above[last + stand]
    for way, edge in ((pushed, first), (given, last)):
        speed_m_s = abs(float(fall[edge + 1] - fall[edge - 1])) / 2.0 * EVEN_HZ
        if way >= max(LEAST_WAY_M, LEAST_WAY * speed_m_s * STANDS_S):
            return True
    return False
