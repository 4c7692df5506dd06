"""Stretches of time: joining them, and those in which the athlete was lost."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from shared.results import Stretch
from worker_service.pipeline.signals.even import EVEN_HZ
from worker_service.pipeline.signals.gaps import MAX_GAP_S, runs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from worker_service.pipeline.track import PoseTrack

APART_S = 0.5
"""Stretches nearer to each other are joined: every one costs a landmarker and a warm-up."""

MAX_LOST_S = 2.0
"""Lost for longer, an athlete has probably left."""

BESIDE_LOST_S = 0.2
LOST_ALLOWANCE_S = 6.0

MIN_STRETCH_S = 1.0
"""What is left of an allowance is used for nothing shorter."""

Seconds = tuple[float, float]
"""From one second to another."""


def lost_stretches(track: "PoseTrack") -> list[Stretch]:
    """Return where the athlete was lost for a moment between two sightings, in video seconds.

    A closer look often finds them there: bent double, upside down, quick. The shortest first
    until the allowance is used up; what repair fills anyway is left out.
    """
    t_s, real_s = track.t_s[track.present], track.real_s[track.present]
    gap_s = np.diff(real_s)
    found: list[Seconds] = []
    for gap in np.argsort(gap_s, kind="stable"):
        if MAX_GAP_S < gap_s[gap] <= MAX_LOST_S:
            stretch = float(t_s[gap]) - BESIDE_LOST_S, float(t_s[gap + 1]) + BESIDE_LOST_S
            with_it = near_ones_joined([*found, (max(stretch[0], 0.0), stretch[1])])
            if total_s(with_it) > LOST_ALLOWANCE_S:
                break
            found = with_it
    return [Stretch(start_s=start, end_s=end) for start, end in found]


def liveliest(
    curve: "NDArray[np.float64]",
    t_s: "NDArray[np.float64]",
    *,
    at_least: float,
    allowance_s: float,
) -> list[Seconds]:
    """Return where an even curve keeps above a level: the highest first, while the allowance lasts.

    Of a run longer than what is left of it, the part with the highest mean is taken.
    """
    found: list[Seconds] = []
    for run in sorted(runs(curve >= at_least), key=lambda run: -float(curve[run].mean())):
        left = round((allowance_s - total_s(found)) * EVEN_HZ)
        if left < MIN_STRETCH_S * EVEN_HZ:
            break
        part = _highest_part(curve, run, left)
        if part.stop - part.start >= MIN_STRETCH_S * EVEN_HZ:
            stretch = float(t_s[part.start]), float(t_s[part.stop - 1])
            found = near_ones_joined([*found, stretch])
    return found


def _highest_part(curve: "NDArray[np.float64]", run: slice, at_most: int) -> slice:
    """Return the part of a run, at most so many samples, with the highest mean."""
    if run.stop - run.start <= at_most:
        return run
    sums = np.concatenate([[0.0], np.cumsum(curve[run])])
    start = run.start + int(np.argmax(sums[at_most:] - sums[:-at_most]))
    return slice(start, start + at_most)


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Return stretches in order and apart; those near each other become one."""
    found = near_ones_joined([(stretch.start_s, stretch.end_s) for stretch in stretches])
    return [Stretch(start_s=start, end_s=end) for start, end in found]


def total_s(stretches: list[Seconds]) -> float:
    """Return how long stretches that are apart take together."""
    return sum(end - start for start, end in stretches)


def near_ones_joined(stretches: list[Seconds]) -> list[Seconds]:
    """Return them in order, with what lies between neighbours that are near."""
    joined: list[Seconds] = []
    for start, end in sorted(stretches):
        if joined and start - joined[-1][1] < APART_S:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined
