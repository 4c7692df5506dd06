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
from worker_service.pipeline.signals.liveliness import (
    SMOOTH_HZ,
    Paths,
    leap,
    overarm,
    paths_of,
    rhythm,
    swing,
)
from worker_service.pipeline.signals.stretches import (
    Seconds,
    liveliest,
    near_ones_joined,
    total_s,
)
from worker_service.pipeline.track import BREAK_S

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

    liveliness: Liveliness


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
    paths, factor = paths_of(track), track.slow_motion_factor
    curve = _within_scenes(plan.fast.liveliness(paths), paths.t_s, track)
    if isinstance(plan.fast, _Burst):
        found = _around_peaks(curve, paths.t_s, plan.fast, plan.allowance_s / factor)
    else:
        level = max(MIN_RHYTHM, RHYTHM_SHARE * float(np.percentile(curve, 90)))
        found = liveliest(curve, paths.t_s, at_least=level, allowance_s=plan.allowance_s / factor)
    return [Stretch(start_s=start * factor, end_s=end * factor) for start, end in found]


def is_looked_at_once(movement: Movement, duration_s: float) -> bool:
    """Whether a clip of this length is better looked at once, at every picture."""
    plan = _PLANS.get(movement)
    return plan is not None and 0 < duration_s < plan.whole_below_s


def usual_second_look_s(movement: Movement, duration_s: float) -> float:
    """Return how many seconds of such a clip are usually looked at twice, to plan with."""
    plan = _PLANS.get(movement)
    return min(plan.usual_s, duration_s) if plan else 0.0


def _within_scenes(
    curve: "NDArray[np.float64]", t_s: "NDArray[np.float64]", track: "PoseTrack"
) -> "NDArray[np.float64]":
    """Return a curve that is 0 around every cut: to jump to another place is no movement."""
    around_s = BREAK_S / track.slow_motion_factor + 1.0 / SMOOTH_HZ
    near = [np.abs(t_s - break_s) <= around_s for break_s in track.breaks_real_s]
    return np.where(np.any(near, axis=0), 0.0, curve) if near else curve


def _around_peaks(
    curve: "NDArray[np.float64]", t_s: "NDArray[np.float64]", burst: _Burst, allowance_s: float
) -> list[Seconds]:
    """Return a stretch around every peak, the highest first, while the allowance lasts."""
    level = max(burst.at_least, WEAKEST * float(curve.max()))
    apart = max(1, round(MIN_PEAK_APART_S * EVEN_HZ))
    peaks, seen = find_peaks(np.pad(curve, 1), height=level, distance=apart)
    first_s, last_s = float(t_s[0]), float(t_s[-1])
    found: list[Seconds] = []
    for peak in peaks[np.argsort(-seen["peak_heights"], kind="stable")] - 1:
        at_s = float(t_s[peak])
        stretch = max(first_s, at_s - burst.before_s), min(last_s, at_s + burst.after_s)
        with_it = near_ones_joined([*found, stretch])
        if total_s(with_it) > allowance_s:
            break
        found = with_it
    return found


_PLANS: dict[Movement, _Plan] = {
    Movement.CRICKET_BOWLING: _Plan(_Burst(overarm, 2.5, 1.2, 0.5), 20.0, 3.0, 2.0),
    Movement.CRICKET_BATTING: _Plan(_Burst(swing, 4.0, 1.2, 0.6), 20.0, 3.0, 4.0),
    Movement.RUNNING: _Plan(_Rhythm(rhythm), 8.0, 8.0, 8.0),
    Movement.GENERAL: _Plan(_Burst(leap, 1.2, 0.9, 0.9), 8.0, 0.0, 0.0),
}
"""App's own limits, version 1. Bowling: torso lengths x torso lengths a second; batting and
general: torso lengths a second. A workout has no fast part: its repetitions take a second and
more."""
