"""Where a movement is so fast that every picture counts, told from a coarse track.

The pose step looks at a clip twice: coarsely, to find who the athlete is and where these
stretches are, and then at every picture inside them. A coarse track misses the quickest moment
and underestimates it, so the limits here are loose: a stretch too many costs a second of work, a
stretch too few costs the measurement.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.signal import find_peaks

from shared.results import Movement, Stretch
from worker_service.pipeline.signals.even import EVEN_HZ
from worker_service.pipeline.signals.gaps import runs
from worker_service.pipeline.signals.liveliness import (
    Paths,
    leap,
    overarm,
    paths_of,
    rhythm,
    swing,
)
from worker_service.pipeline.signals.stretches import Seconds, near_ones_joined, total_s

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from worker_service.pipeline.track import PoseTrack

ENOUGH_HZ = 60.0
"""Pictures a real second from which on a second look adds nothing that is measured here."""

WEAKEST = 0.35
"""Peaks below this share of the clip's highest are preparation: practice swings, a run-up."""

MIN_PEAK_APART_S = 0.6

RHYTHM_SHARE = 0.6
MIN_RHYTHM = 0.15
"""Typical distance between the ankles while they alternate, in torso lengths."""

MIN_STRETCH_S = 1.0
"""What is left of the allowance is used for nothing shorter."""


Liveliness = Callable[[Paths], "NDArray[np.float64]"]


@dataclass(frozen=True, slots=True)
class _Burst:
    """A movement whose fast part is around the peaks of one curve; real seconds."""

    liveliness: Liveliness
    at_least: float
    before_s: float
    after_s: float


@dataclass(frozen=True, slots=True)
class _Rhythm:
    """A movement that is fast for as long as it goes on."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """How a movement is looked at twice.

    Attributes:
        fast: what to look for.
        allowance_s: seconds of video that the second look may take in all.
        whole_below_s: a shorter clip is looked at once, at every picture: two looks would cost
            as much.
        usual_s: what the second look usually takes.
    """

    fast: _Burst | _Rhythm
    allowance_s: float
    whole_below_s: float
    usual_s: float


def fast_stretches(track: "PoseTrack", movement: Movement) -> list[Stretch]:
    """Return where to look at every picture, in video seconds, in order and apart.

    Empty where the movement has no fast part, nothing lively was seen, or the track is already
    fine enough. The liveliest are taken first until the movement's allowance is used up.
    """
    plan = _PLANS.get(movement)
    if plan is None or track.present.sum() < 2 or track.rate_hz >= ENOUGH_HZ:  # noqa: PLR2004
        return []
    paths = paths_of(track)
    factor = track.slow_motion_factor
    if isinstance(plan.fast, _Burst):
        found = _around_peaks(paths, plan.fast, plan.allowance_s / factor)
    else:
        found = _while_alternating(paths, plan.allowance_s / factor)
    return [Stretch(start_s=start * factor, end_s=end * factor) for start, end in found]


def is_looked_at_once(movement: Movement, duration_s: float) -> bool:
    """Whether a clip of this length is better looked at once, at every picture."""
    plan = _PLANS.get(movement)
    return plan is not None and 0 < duration_s < plan.whole_below_s


def usual_second_look_s(movement: Movement, duration_s: float) -> float:
    """Return how many seconds of such a clip are usually looked at twice, to plan with."""
    plan = _PLANS.get(movement)
    return min(plan.usual_s, duration_s) if plan else 0.0


def _around_peaks(paths: Paths, burst: _Burst, allowance_s: float) -> list[Seconds]:
    """Return a stretch around every peak, the highest first, while the allowance lasts."""
    curve = burst.liveliness(paths)
    level = max(burst.at_least, WEAKEST * float(curve.max()))
    apart = max(1, round(MIN_PEAK_APART_S * EVEN_HZ))
    peaks, seen = find_peaks(np.pad(curve, 1), height=level, distance=apart)
    first_s, last_s = float(paths.t_s[0]), float(paths.t_s[-1])
    found: list[Seconds] = []
    for peak in peaks[np.argsort(-seen["peak_heights"], kind="stable")] - 1:
        at_s = float(paths.t_s[peak])
        stretch = max(first_s, at_s - burst.before_s), min(last_s, at_s + burst.after_s)
        with_it = near_ones_joined([*found, stretch])
        if total_s(with_it) > allowance_s:
            break
        found = with_it
    return found


def _while_alternating(paths: Paths, allowance_s: float) -> list[Seconds]:
    """Return the stretches in which the feet alternate, the liveliest parts of them."""
    curve = rhythm(paths)
    level = max(MIN_RHYTHM, RHYTHM_SHARE * float(np.percentile(curve, 90)))
    found: list[Seconds] = []
    for run in sorted(runs(curve >= level), key=lambda run: -float(curve[run].mean())):
        left = round((allowance_s - total_s(found)) * EVEN_HZ)
        part = _liveliest(curve, run, left)
        if part.stop - part.start >= MIN_STRETCH_S * EVEN_HZ:
            with_it = [(float(paths.t_s[part.start]), float(paths.t_s[part.stop - 1]))]
            found = near_ones_joined([*found, *with_it])
    return found


def _liveliest(curve: "NDArray[np.float64]", run: slice, at_most: int) -> slice:
    """Return the part of a run, at most so many samples, with the highest mean."""
    if run.stop - run.start <= at_most:
        return run
    sums = np.concatenate([[0.0], np.cumsum(curve[run])])
    start = run.start + int(np.argmax(sums[at_most:] - sums[:-at_most]))
    return slice(start, start + at_most)


_PLANS: dict[Movement, _Plan] = {
    Movement.CRICKET_BOWLING: _Plan(_Burst(overarm, 2.5, 1.2, 0.5), 20.0, 3.0, 2.0),
    Movement.CRICKET_BATTING: _Plan(_Burst(swing, 4.0, 1.2, 0.6), 20.0, 3.0, 4.0),
    Movement.RUNNING: _Plan(_Rhythm(), 8.0, 8.0, 8.0),
    Movement.GENERAL: _Plan(_Burst(leap, 1.2, 0.9, 0.9), 8.0, 0.0, 0.0),
}
"""App's own limits, version 1. Bowling: torso lengths x torso lengths a second; batting and
general: torso lengths a second. A workout has no fast part: its repetitions take a second and
more."""
