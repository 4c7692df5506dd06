"""A bowler's approach: its steps and their rhythm."""

from typing import TYPE_CHECKING

import numpy as np

from shared.results import Metric, Reason, Side
from worker_service.pipeline.metrics.cricket.feet import landing
from worker_service.pipeline.metrics.rhythm import best_hz, explained
from worker_service.pipeline.metrics.scene import Reading, Window
from worker_service.pipeline.metrics.sides import other
from worker_service.pipeline.signals.moments import samples

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from worker_service.pipeline.metrics.cricket.action import Action
    from worker_service.pipeline.metrics.scene import Scene

STEP_SPEED = 2.0
"""Torso lengths a second a foot must have moved before it can be said to land; end-on, a stride
shows little more than the foot's fall."""

STANCE_S = 0.4
"""The other foot stood at most this long before a foot lands."""

PAUSE_S = 0.4
"""A runner's feet are not both slow for this long."""

STRIDES = 3
"""Fewer are no rhythm."""

STRIDE_HZ = np.arange(0.8, 3.5, 0.01)
MULTIPLES = 3
"""What a foot's path in a run-up is made of, with the stride's own frequency."""

REGULAR = 0.6
"""Share of the feet's movement against each other that one rhythm must explain."""

ANKLES = ("left_ankle", "right_ankle")


def steps_before(
    feet: dict[Side, "NDArray[np.float64]"], landed: int, side: Side
) -> list[tuple[int, Side]]:
    """Return the landings that lead to one of `side`, in order of time, feet taking turns."""
    steps: list[tuple[int, Side]] = []
    foot, before = (
        other(side),
        landing(feet[other(side)], landed, within_s=STANCE_S, least_speed=STEP_SPEED),
    )
    while before is not None:
        steps.append((before, foot))
        foot = other(foot)
        before = landing(feet[foot], before, within_s=STANCE_S, least_speed=STEP_SPEED)
    return steps[::-1]


def approach_start(feet: dict[Side, "NDArray[np.float64]"], landed: int) -> int:
    """Return since when one foot or the other was quick, up to the landing of the back foot."""
    quickest = np.fmax(feet[Side.LEFT], feet[Side.RIGHT])[:landed]
    quick = np.flatnonzero(quickest >= STEP_SPEED)
    if len(quick) == 0:
        return landed
    pauses = np.flatnonzero(np.diff(quick) > samples(PAUSE_S))
    return int(quick[pauses[-1] + 1]) if len(pauses) else int(quick[0])


def run_up_cadence(scene: "Scene", action: "Action") -> Metric:
    """Steps a minute of the approach, from the rhythm of the feet against each other."""
    key = "run_up_cadence"
    if action.run_up is None:
        return scene.missing(key, Reason.EVENT_NOT_FOUND)
    part = scene.motion.between(action.run_up.start_s, action.run_up.end_s)
    apart = (part.point("left_ankle") - part.point("right_ankle")) / part.torso_px
    stride_hz = _rhythm_hz(part.t_s, apart)
    if stride_hz is None:
        return scene.missing(key, Reason.EVENT_NOT_FOUND)
    reading = Reading(
        value=120.0 * stride_hz,
        landmarks=ANKLES,
        window=Window(action.run_up.start_s, action.run_up.end_s),
        at_s=action.run_up.start_s,
    )
    return scene.metric(key, reading)


def _rhythm_hz(t_s: "NDArray[np.float64]", apart: "NDArray[np.float64]") -> float | None:
    """Return the frequency that fits best, None without a clear one.

    It is found by a plain wave, which cannot take half of it for the whole, and then placed with
    the multiples that feet have because they stand still for a while.
    """
    known = np.isfinite(apart).all(axis=1)
    if known.sum() < samples(STRIDES / STRIDE_HZ[-1]):
        return None
    t_s, apart = t_s[known], apart[known]
    allowed = STRIDE_HZ[float(np.ptp(t_s)) * STRIDE_HZ >= STRIDES - 0.25]
    shares = [explained(t_s, apart, float(hz), multiples=1) for hz in allowed]
    if not shares or max(shares) < REGULAR:
        return None
    best = int(np.argmax(shares))
    return best_hz(t_s, apart, float(allowed[best]), multiples=MULTIPLES) if best else None
