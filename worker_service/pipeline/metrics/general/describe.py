"""Any human movement: bursts, energy, rhythm, symmetry and posture. Described, not judged."""

from typing import TYPE_CHECKING

import numpy as np

from shared.results import Event, EventType, Highlight, Metric, Reason, Side
from worker_service.pipeline.metrics.bursts import (
    LIVELY,
    Burst,
    energy,
    find_bursts,
    longest_hold,
)
from worker_service.pipeline.metrics.general.balance import over_planted_feet
from worker_service.pipeline.metrics.general.jumps import Jumps
from worker_service.pipeline.metrics.general.rhythm import cycles_per_minute
from worker_service.pipeline.metrics.general.stretch import TRUNK, along
from worker_service.pipeline.metrics.geometry import lean_deg
from worker_service.pipeline.metrics.measurement import Measurement
from worker_service.pipeline.metrics.scene import Reading, Scene, Window
from worker_service.pipeline.metrics.sight import event_trust
from worker_service.pipeline.signals.derivatives import speed
from worker_service.pipeline.signals.known import median

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from worker_service.pipeline.signals.motion import Motion

LIVELIEST = 3.0
"""Torso lengths a second that make a highlight of score 1: a hard run or jump."""

CRICKET_ONLY = (
    "front_knee_brace_score",
    "hip_shoulder_separation_timing",
    "elbow_drop_score",
)
"""Without a stroke or a delivery there is no front side, no turn and no contact."""

LIMBS = ("left_wrist", "right_wrist", "left_ankle", "right_ankle")


def measure_general(scene: Scene) -> Measurement:
    """Return the metrics, every jump as a repetition, and every burst as a highlight."""
    liveliness = energy(scene.motion)
    bursts = find_bursts(scene.motion, liveliness)
    jumps = Jumps.of(scene)
    peaks = [_peak(scene, liveliness, burst) for burst in bursts]
    metrics = _metrics(scene, liveliness, bursts) | jumps.metrics()
    return Measurement(
        events=tuple(sorted([*peaks, *jumps.events()], key=lambda event: event.t_s)),
        reps=jumps.repetitions(),
        highlights=tuple(_highlight(scene, liveliness, burst) for burst in bursts),
        metrics={key: metrics[key] for key in scene.specs},
        clock=scene.clock,
    )


def _peak(scene: Scene, liveliness: "NDArray[np.float64]", burst: Burst) -> Event:
    inside = liveliness[burst.first : burst.last + 1]
    at_s = float(scene.motion.t_s[burst.first + int(np.nanargmax(inside))])
    trust = event_trust(scene.track, LIVELY, at_s)
    return scene.clock.event(EventType.MOVEMENT_PEAK, at_s, confidence=trust)


def _highlight(scene: Scene, liveliness: "NDArray[np.float64]", burst: Burst) -> Highlight:
    top = float(np.nanmax(liveliness[burst.first : burst.last + 1]))
    start, end = (scene.motion.t_s[sample] for sample in (burst.first, burst.last))
    return Highlight(
        start_s=scene.clock.moment(float(start)).t_s,
        end_s=scene.clock.moment(float(end)).t_s,
        score=round(min(1.0, top / LIVELIEST), 3),
    )


def _metrics(
    scene: Scene, liveliness: "NDArray[np.float64]", bursts: list[Burst]
) -> dict[str, Metric]:
    undefined = {key: scene.missing(key, Reason.NOT_DEFINED_FOR_MOVEMENT) for key in CRICKET_ONLY}
    if not bursts:
        return {key: scene.missing(key, Reason.NO_MOVEMENT) for key in scene.specs} | undefined
    main = max(bursts, key=lambda burst: burst.last - burst.first)
    start_s, end_s = (float(scene.motion.t_s[sample]) for sample in (main.first, main.last))
    part = scene.motion.between(start_s, end_s)
    lively = scene.motion.between(
        float(scene.motion.t_s[bursts[0].first]), float(scene.motion.t_s[bursts[-1].last])
    )
    inside = liveliness[main.first : main.last + 1]
    return (
        undefined
        | over_planted_feet(scene, part)
        | {
            "movement_energy": scene.metric("movement_energy", _energy(part, inside)),
            "movement_tempo": _tempo(scene, lively),
            "movement_symmetry": _symmetry(scene, part),
            "trunk_lean": scene.metric("trunk_lean", _trunk_lean(part)),
            "longest_hold": _hold(scene, liveliness, bursts),
        }
    )


def _energy(part: "Motion", liveliness: "NDArray[np.float64]") -> Reading:
    """Typical speed of hands, feet and head over the longest burst, torso lengths a second.

    The median: one clip turned by quarters gave means from 3.3 to 4.5, because the first pictures
    were read wrongly, and medians from 3.1 to 3.2.
    """
    return along(part, liveliness, median(liveliness), LIVELY)


def _trunk_lean(part: "Motion") -> Reading:
    """Median tilt of the trunk from the upright over the longest burst, either way, degrees."""
    tilt = np.abs(lean_deg(part.middle("hip"), part.middle("shoulder")))
    return along(part, tilt, median(tilt), TRUNK)


def _symmetry(scene: Scene, part: "Motion") -> Metric:
    """Path of the quieter hand and foot over that of the busier ones; 1 = both sides alike."""
    paths = {name: float(np.nansum(speed(part.point(name) - part.middle("hip")))) for name in LIMBS}
    left, right = (paths[f"{side}_wrist"] + paths[f"{side}_ankle"] for side in Side)
    if max(left, right) <= 0:
        return scene.missing("movement_symmetry", Reason.LANDMARKS_HIDDEN)
    nothing = np.empty(0)
    window = Window(float(part.t_s[0]), float(part.t_s[-1]))
    value = min(left, right) / max(left, right)
    reading = Reading(value, LIMBS, window, window.start_s, curve_t_s=nothing, curve=nothing)
    return scene.metric("movement_symmetry", reading)


def _tempo(scene: Scene, part: "Motion") -> Metric:
    """Cycles a minute of the strongest rhythm; missing without three regular cycles."""
    rhythm = cycles_per_minute(part)
    if rhythm is None:
        return scene.missing("movement_tempo", Reason.EVENT_NOT_FOUND)
    window = Window(float(part.t_s[0]), float(part.t_s[-1]))
    return scene.metric("movement_tempo", Reading(rhythm, TRUNK, window, window.start_s))


def _hold(scene: Scene, liveliness: "NDArray[np.float64]", bursts: list[Burst]) -> Metric:
    """Seconds of the longest still stretch between two bursts."""
    hold = longest_hold(bursts, liveliness)
    if hold is None:
        return scene.missing("longest_hold", Reason.EVENT_NOT_FOUND)
    start_s, end_s = (float(scene.motion.t_s[sample]) for sample in (hold.first, hold.last))
    reading = Reading(end_s - start_s, LIVELY, Window(start_s, end_s), start_s)
    return scene.metric("longest_hold", reading)
