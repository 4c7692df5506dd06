"""When a foot comes down: where the ground stops it."""

from typing import TYPE_CHECKING

import numpy as np
from scipy.signal import find_peaks

from worker_service.pipeline.metrics.sides import other
from worker_service.pipeline.signals.derivatives import speed
from worker_service.pipeline.signals.even import EVEN_HZ
from worker_service.pipeline.signals.moments import highest, last_above, lowest, samples

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shared.results import Side
    from worker_service.pipeline.signals.motion import Motion

LANDED = 0.35
"""A foot that stands has lost all but this share of the step's quickest speed."""

FALLING = 0.5
"""The ground stops a foot once it has fallen below this share of its speed in the air."""

HARD = 0.8
"""A loss of speed at least this share as hard as the hardest may be the ground's."""

BUMP = 1.0
"""Torso lengths a second by which a foot's speed must rise and fall to be a swing of its own."""

SWING_S = 0.4
"""A foot is quickest at most this long before it stands."""

AT_REST_S = 0.03
"""The front foot has come to rest this long after it came down."""


def foot_speed(motion: "Motion", side: "Side") -> "NDArray[np.float64]":
    """(m,) speed of the middle of ankle, heel and toes in torso lengths a second."""
    foot = sum(motion.point(f"{side}_{part}") for part in ("ankle", "heel", "foot_index"))
    return speed(np.asarray(foot) / 3.0) / motion.torso_px


def ahead_of_back_foot(part: "Motion", front: "Side") -> "NDArray[np.float64]":
    """(m,) pixels from the back ankle to the front one, positive to the right of the picture.

    One picture gives both, so a camera that pans changes nothing.
    """
    apart = part.point(f"{front}_ankle") - part.point(f"{other(front)}_ankle")
    return np.asarray(apart[:, 0])


def towards(part: "Motion", front: "Side", at_s: float) -> float:
    """Return 1 when play goes to the right of the picture, -1 to the left.

    Where the front foot stands says so: hips travel with a camera that pans, and a batter's toes
    point across the pitch.
    """
    ahead = ahead_of_back_foot(part, front)
    known = np.isfinite(ahead)
    if not known.any():
        return float("nan")
    return float(np.sign(np.interp(at_s, part.t_s[known], ahead[known])))


def landing(
    foot: "NDArray[np.float64]", before: int, *, within_s: float, least_speed: float
) -> int | None:
    """Return when a foot that stands shortly before a moment came down.

    It lands where it loses speed hardest. A level of speed would be passed early by a foot that
    sinks onto the ground and late by one that lands on its heel and goes on turning.

    Args:
        foot: (m,) speed.
        before: the sample by which it stands.
        within_s: how long before that it still has to come to its rest.
        least_speed: which a step must have reached.
    """
    still = lowest(foot, before - samples(within_s), before - 1)
    if still is None:
        return None
    swing = _last_swing(foot, still)
    if swing is None or foot[swing] < least_speed or foot[still] > LANDED * foot[swing]:
        return None
    falling = last_above(foot, FALLING * float(foot[swing]), swing, still)
    return _last_stop(foot, falling or swing, still)


def _last_stop(foot: "NDArray[np.float64]", first: int, still: int) -> int:
    """Return the last hard loss of speed: the leg slows a foot before the ground stops it."""
    lost = -np.gradient(foot, 1.0 / EVEN_HZ)[first : still + 1]
    stops, _ = find_peaks(lost, height=HARD * float(lost.max()))
    return first + int(stops[-1] if len(stops) else lost.argmax())


def _last_swing(foot: "NDArray[np.float64]", still: int) -> int | None:
    """Return when the foot was quickest in the last swing before it stands.

    The last and not the quickest: a picture that was dropped makes a foot look quick for a moment.
    """
    start = max(0, still - samples(SWING_S))
    bumps, _ = find_peaks(np.nan_to_num(foot[start : still + 1]), prominence=BUMP)
    return start + int(bumps[-1]) if len(bumps) else highest(foot, start, still)
