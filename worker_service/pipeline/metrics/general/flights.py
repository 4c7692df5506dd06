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
from worker_service.pipeline.signals.gaps import runs, short_gaps
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

STEP_S = 0.15
"""A foot has its speed this long after leaving the ground, whatever it does later in the air."""

STOOD = 0.25
"""A foot on the ground has at some moment at most this part of the speed it leaves with."""

WAVERS_S = 0.05
"""Free fall that seems to stop for less goes on: no foot pushes off again so soon."""

MOST_FREE = 0.5
"""A body in free fall for more than this part of a stretch is not carried by a foot in it."""

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
    speeds = [speed(soles[:, point]) for point in range(len(SOLES))]
    found: list[Flight] = []
    free = falling(fall)
    free |= short_gaps(motion.t_s, free, max_gap_s=WAVERS_S)
    for core in runs(free):
        air = _air(speeds, free, core)
        if air is None or not flies(fall, soles, air):
            continue
        flight = _flight(motion, soles, air)
        if not found or flight.take_off_s >= found[-1].landing_s:
            found.append(flight)
    return found


def _air(speeds: "list[NDArray[np.float64]]", free: "NDArray[np.bool_]", core: slice) -> Air | None:
    """Widen a stretch of free fall to the last toe's leaving and the first sole's meeting."""
    inside = min(samples(FITTED_S / 4), (core.stop - core.start) // 2)
    left = [_stood_until(one, free, core.start + inside) for one in speeds[: len(TOES)]]
    met = [_stands_from(one, free, core.stop - 1 - inside) for one in speeds]
    leaving = [sample for sample in left if sample is not None]
    meeting = [sample for sample in met if sample is not None]
    if not leaving or not meeting:
        return None
    first, last = max(leaving), min(meeting)
    return (first, last) if SHORTEST_S <= (last - first) / EVEN_HZ <= LONGEST_S else None


def _stood_until(
    speed_m_s: "NDArray[np.float64]", free: "NDArray[np.bool_]", inside: int
) -> int | None:
    """Return the sample at which a foot left the ground, going back from one in the air.

    At take-off its speed steps from none to the body's, and smoothing without delay spreads that
    step evenly: the foot left when it had half of the speed it was about to have. Before, it
    stood and carried the body: it may also be slow in the air, where it turns round or where a
    picture was misplaced.
    """
    stand = samples(STANDS_S)
    for sample in range(inside, max(stand - 1, inside - samples(LONGEST_S)), -1):
        before = slice(sample - stand, sample + 1)
        slowing = speed_m_s[before]
        if not np.isfinite(slowing).all():
            return None
        fastest = float(speed_m_s[sample : min(sample + samples(STEP_S), inside) + 1].max())
        if slowing[-1] > fastest / 2 or fastest < LEAST_FOOT_SPEED_M_S:
            continue
        slow = slowing.mean() <= fastest / 2
        stood = slowing.min() <= max(STOOD * fastest, LEAST_FOOT_SPEED_M_S)
        carried = free[before].mean() <= MOST_FREE
        if slow and stood and carried:
            return sample
    return None


def _stands_from(
    speed_m_s: "NDArray[np.float64]", free: "NDArray[np.bool_]", inside: int
) -> int | None:
    """Return the sample at which a foot met the ground, going on from one in the air."""
    last = len(speed_m_s) - 1
    found = _stood_until(speed_m_s[::-1], free[::-1], last - inside)
    return None if found is None else last - found


def _flight(motion: "Motion", soles: "NDArray[np.float64]", air: Air) -> Flight:
    first, last = air
    clear = samples(STANDS_S / 2)  # smoothing blurs the step itself
    lowest = soles[[max(first - clear, 0), min(last + clear, len(soles) - 1)], :, 1].max(axis=1)
    take_off_s, landing_s = (float(motion.t_s[sample]) for sample in air)
    return Flight(take_off_s, landing_s, level=bool(abs(lowest[0] - lowest[1]) <= LEVEL_M))
