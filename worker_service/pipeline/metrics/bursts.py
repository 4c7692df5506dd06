"""Where a clip is lively: movement bursts of any human movement."""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from shared.results import Reason
from worker_service.pipeline.signals.derivatives import speed
from worker_service.pipeline.signals.even import EVEN_HZ

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from worker_service.pipeline.signals.motion import Motion

LIVELY = ("left_wrist", "right_wrist", "left_ankle", "right_ankle", "nose")
"""The ends of the body: whatever moves, one of them does."""

STILL = 0.35
"""Torso lengths a second: breathing, swaying and jitter stay below, slow walking is above."""

LEAST_TRAVEL = 0.3
"""Torso lengths one end must travel in a burst; jitter of a motionless person does not."""

JOIN_S, SHORTEST_S = 0.4, 0.25
AVERAGED_S = 0.25


@dataclass(frozen=True, slots=True)
class Burst:
    """Samples [first, last] of the even clock during which the athlete moves."""

    first: int
    last: int


def energy(motion: "Motion") -> "NDArray[np.float64]":
    """(m,) mean speed of the ends of the body in torso lengths a second, averaged over 0.25 s."""
    speeds = np.stack([speed(motion.point(name)) for name in LIVELY]) / motion.torso_px
    known = np.isfinite(speeds)
    total = np.where(known, speeds, 0.0).sum(axis=0)
    mean = np.where(known.any(axis=0), total / np.maximum(known.sum(axis=0), 1), np.nan)
    return _averaged(mean)


def find_bursts(motion: "Motion", liveliness: "NDArray[np.float64]") -> list[Burst]:
    """Return the stretches above the noise floor in which some end of the body travels."""
    moving = np.concatenate(([False], np.nan_to_num(liveliness) > STILL, [False]))
    edges = np.flatnonzero(moving[1:] != moving[:-1])
    stretches = [Burst(int(first), int(last) - 1) for first, last in edges.reshape(-1, 2)]
    far_px = LEAST_TRAVEL * motion.torso_px
    return [
        burst
        for burst in _joined(stretches)
        if burst.last - burst.first >= SHORTEST_S * EVEN_HZ and _travels(motion, burst, far_px)
    ]


def why_nothing_was_found(motion: "Motion", *, seen: bool) -> Reason:
    """Tell a body out of sight from one that kept still and from one that did something else."""
    if not seen:
        return Reason.LANDMARKS_HIDDEN
    return Reason.EVENT_NOT_FOUND if find_bursts(motion, energy(motion)) else Reason.NO_MOVEMENT


def longest_hold(bursts: list[Burst], liveliness: "NDArray[np.float64]") -> Burst | None:
    """Return the longest still stretch between two bursts that was seen throughout."""
    stills = [Burst(one.last + 1, other.first - 1) for one, other in pairwise(bursts)]
    seen = [
        still for still in stills if np.isfinite(liveliness[still.first : still.last + 1]).all()
    ]
    return max(seen, key=lambda still: still.last - still.first, default=None)


def _joined(bursts: list[Burst]) -> list[Burst]:
    """Join bursts with a pause too short to be one."""
    cuts = [0]
    cuts += [
        position + 1
        for position, (one, other) in enumerate(pairwise(bursts))
        if other.first - one.last > JOIN_S * EVEN_HZ
    ]
    cuts.append(len(bursts))
    return [Burst(bursts[a].first, bursts[b - 1].last) for a, b in pairwise(cuts) if b > a]


def _travels(motion: "Motion", burst: Burst, far_px: float) -> bool:
    part = slice(burst.first, burst.last + 1)
    for name in LIVELY:
        path = motion.point(name)[part]
        path = path[np.isfinite(path).all(axis=1)]
        if len(path) and np.ptp(path, axis=0).max() >= far_px:
            return True
    return False


def _averaged(values: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Mean over a sliding quarter second; unknown samples count as none."""
    width = max(1, round(AVERAGED_S * EVEN_HZ))
    known = np.isfinite(values).astype(float)
    kernel = np.ones(width)
    total = np.convolve(np.nan_to_num(values), kernel, mode="same")
    weight = np.convolve(known, kernel, mode="same")
    return np.where(weight > 0, total / np.maximum(weight, 1.0), np.nan)
