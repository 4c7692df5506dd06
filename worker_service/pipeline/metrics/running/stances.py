"""Every time one foot stands, told from how high it swings in between."""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Self

import numpy as np
from scipy.signal import find_peaks

from shared.results import Side
from worker_service.pipeline.metrics.running.touch import lands_s, leaves_s
from worker_service.pipeline.signals.even import EVEN_HZ
from worker_service.pipeline.signals.gaps import runs
from worker_service.pipeline.signals.moments import samples

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from worker_service.pipeline.metrics.scene import Scene

LEAST_LIFT = 0.25
"""Torso lengths an ankle rises in a swing; a runner's does about 0.7, jitter stays far below."""

SWINGS_APART_S = 0.3
"""Two swings of one leg are farther apart even in a sprint."""

NEAR_GROUND = 0.08
"""Share of the swing's height up to which a foot counts as standing, for a first guess."""

SHORTEST_S = 0.05
"""A foot that was near the ground for less did not stand."""


@dataclass(frozen=True, slots=True)
class Stance:
    """One foot on the ground, real seconds; None where the clip does not show it."""

    side: Side
    contact_s: float | None
    toe_off_s: float | None

    @property
    def middle_s(self) -> float:
        """Some moment at which the foot stands."""
        known = [s for s in (self.contact_s, self.toe_off_s) if s is not None]
        return sum(known) / len(known)


@dataclass(frozen=True, slots=True, eq=False)
class _Foot:
    """Heights of one foot in pixels, upwards: smooth on the even clock, and as sampled."""

    side: Side
    t_s: "NDArray[np.float64]"
    ankle: "NDArray[np.float64]"
    heel: "NDArray[np.float64]"
    toe: "NDArray[np.float64]"
    seen_s: "NDArray[np.float64]"
    seen_heel: "NDArray[np.float64]"
    seen_toe: "NDArray[np.float64]"

    @classmethod
    def of(cls, scene: "Scene", side: Side) -> Self:
        ankle, heel, toe = (f"{side}_{part}" for part in ("ankle", "heel", "foot_index"))
        motion, track = scene.motion, scene.track
        return cls(
            side,
            motion.t_s,
            ankle=-motion.point(ankle)[:, 1],
            heel=-motion.point(heel)[:, 1],
            toe=-motion.point(toe)[:, 1],
            seen_s=track.real_s,
            seen_heel=-track.point(heel)[:, 1],
            seen_toe=-track.point(toe)[:, 1],
        )


def find_stances(scene: "Scene") -> list[Stance]:
    """Return every stance of both feet in order of time."""
    found = [stance for side in Side for stance in _of_foot(scene, side)]
    return sorted(found, key=lambda stance: stance.middle_s)


def _of_foot(scene: "Scene", side: Side) -> list[Stance]:
    foot = _Foot.of(scene, side)
    least_lift_px = LEAST_LIFT * scene.motion.torso_px
    return [
        stance
        for run in runs(np.isfinite(foot.ankle + foot.heel + foot.toe))
        for stance in _of_run(foot, run, least_lift_px)
    ]


def _of_run(foot: _Foot, run: slice, least_lift_px: float) -> list[Stance]:
    """Return the stances before, between and after the swings of an unbroken stretch."""
    tops, _ = find_peaks(
        foot.ankle[run], prominence=least_lift_px, distance=SWINGS_APART_S * EVEN_HZ
    )
    if len(tops) == 0:
        return []
    bounds = [run.start, *(run.start + tops).tolist(), run.stop - 1]
    swing_px = float(np.median(foot.ankle[run.start + tops]) - foot.ankle[run].min())
    parts = [slice(first, last + 1) for first, last in pairwise(bounds)]
    lowest = [float(foot.toe[part].min()) for part in parts]
    stood = [
        part
        for position, part in enumerate(parts)
        if _reached(lowest, position) <= NEAR_GROUND * swing_px
    ]
    stances = (_between(foot, part, swing_px) for part in stood)
    return [stance for stance in stances if stance]


def _reached(lowest: list[float], position: int) -> float:
    """Return how far above the neighbouring stances' ground a foot stayed.

    Between two swings a foot has always stood; before the first and after the last it may not.
    """
    if 0 < position < len(lowest) - 1:
        return 0.0
    return lowest[position] - lowest[1 if position == 0 else -2]


def _between(foot: _Foot, part: slice, swing_px: float) -> Stance | None:
    """Return the stance between two swings, or between one and the end of what is known."""
    heel_ground, toe_ground = foot.heel[part].min(), foot.toe[part].min()
    sole = np.minimum(foot.heel[part] - heel_ground, foot.toe[part] - toe_ground)
    near = np.flatnonzero(sole <= NEAR_GROUND * swing_px)
    down, up = int(near[0]), int(near[-1])
    if up - down < samples(SHORTEST_S):
        return None
    seen_sole = np.minimum(foot.seen_heel - heel_ground, foot.seen_toe - toe_ground)
    times = foot.t_s[part]
    contact_s = lands_s(foot.seen_s, seen_sole, float(times[down])) if down > 0 else None
    toe_off_s = (
        leaves_s(foot.seen_s, foot.seen_toe, float(times[up])) if up < len(sole) - 1 else None
    )
    if contact_s is None and toe_off_s is None:
        return None
    return Stance(foot.side, contact_s, toe_off_s)
