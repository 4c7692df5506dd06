"""Jumps: from the last toe's leaving the ground to the first sole's return."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from worker_service.pipeline.metrics.general.free_fall import (
    FITTED_S,
    STANDS_S,
    Air,
    falling,
    flies,
)
from worker_service.pipeline.metrics.general.mass import centre_of_mass
from worker_service.pipeline.metrics.lengths import standing_px
from worker_service.pipeline.signals.derivatives import speed
from worker_service.pipeline.signals.even import EVEN_HZ
from worker_service.pipeline.signals.gaps import runs
from worker_service.pipeline.signals.moments import samples

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from worker_service.pipeline.signals.motion import Motion

USUAL_HEIGHT_M = 1.75
"""Gives the metre its pixels where nobody said how tall the athlete is."""

SHORTEST_S = 0.2
"""Five centimetres high. A runner's flight is shorter, and not a jump."""

LONGEST_S = 1.5
"""Nearly three metres high, or a drop of eleven."""

TOES = ("left_foot_index", "right_foot_index")
SOLES = (*TOES, "left_heel", "right_heel")

LEAST_FOOT_SPEED_M_S = 0.5
"""A foot that flies moves at least this fast when it leaves; jitter does not."""

LEVEL_M = 0.06
"""Take-off and landing are on one level when the feet stand this close in height."""


@dataclass(frozen=True, slots=True)
class Flight:
    """One jump: when the last toe left the ground and the first foot met it, in real seconds.

    `level` tells whether both happened at the same height, so that the time gives the height.
    """

    take_off_s: float
    landing_s: float
    level: bool

    @property
    def duration_s(self) -> float:
        """Time in the air."""
        return self.landing_s - self.take_off_s


def find_flights(motion: "Motion", height_m: float | None) -> list[Flight]:
    """Return every flight that begins and ends in sight, in order of time."""
    scale = standing_px(motion) / (height_m or USUAL_HEIGHT_M)
    if not np.isfinite(scale):
        return []
    fall = centre_of_mass(motion)[:, 1] / scale
    soles = np.stack([motion.point(name) for name in SOLES], axis=1) / scale
    found: list[Flight] = []
    for core in runs(falling(fall)):
        air = _air(soles, core)
        if air is None or not flies(fall, soles, air):
            continue
        flight = _flight(motion, soles, air)
        if not found or flight.take_off_s >= found[-1].landing_s:
            found.append(flight)
    return found


def _air(soles: "NDArray[np.float64]", core: slice) -> Air | None:
    """Widen a stretch of free fall to the last toe's leaving and the first sole's meeting."""
    speeds = [speed(soles[:, point]) for point in range(len(SOLES))]
    inside = min(samples(FITTED_S / 4), (core.stop - core.start) // 2)
    left = [_stood_until(one, core.start + inside) for one in speeds[: len(TOES)]]
    met = [_stands_from(one, core.stop - 1 - inside) for one in speeds]
    leaving = [sample for sample in left if sample is not None]
    meeting = [sample for sample in met if sample is not None]
    if not leaving or not meeting:
        return None
    first, last = max(leaving), min(meeting)
    return (first, last) if SHORTEST_S <= (last - first) / EVEN_HZ <= LONGEST_S else None


def _stood_until(speed_m_s: "NDArray[np.float64]", inside: int) -> int | None:
    """Return the sample at which a foot left the ground, going back from one in the air.

    At take-off its speed steps from none to the body's, and smoothing without delay spreads that
    step evenly: the foot left when it had half of the speed it was about to have.
    """
    fastest = 0.0
    for sample in range(inside, samples(STANDS_S) - 1, -1):
        before = speed_m_s[sample - samples(STANDS_S) : sample + 1]
        if not np.isfinite(before).all():
            return None
        fastest = max(fastest, float(before[-1]))
        slow = max(before[-1], before.mean()) <= fastest / 2
        if slow and fastest >= LEAST_FOOT_SPEED_M_S:
            return sample
    return None


def _stands_from(speed_m_s: "NDArray[np.float64]", inside: int) -> int | None:
    """Return the sample at which a foot met the ground, going on from one in the air."""
    last = len(speed_m_s) - 1
    found = _stood_until(speed_m_s[::-1], last - inside)
    return None if found is None else last - found


def _flight(motion: "Motion", soles: "NDArray[np.float64]", air: Air) -> Flight:
    first, last = air
    clear = samples(STANDS_S / 2)  # smoothing blurs the step itself
    lowest = soles[[max(first - clear, 0), min(last + clear, len(soles) - 1)], :, 1].max(axis=1)
    take_off_s, landing_s = (float(motion.t_s[sample]) for sample in air)
    return Flight(take_off_s, landing_s, level=bool(abs(lowest[0] - lowest[1]) <= LEVEL_M))
