"""Any human movement: bursts, energy, rhythm, symmetry and posture. Described, not judged."""

from typing import TYPE_CHECKING

import numpy as np

from shared.results import Event, EventType, Highlight, Metric, Reason, Side
from worker_service.pipeline.metrics.cricket.app_metrics import FEET, HEAD, base_offset
from worker_service.pipeline.metrics.general.bursts import LIVELY, Burst, energy, find_bursts
from worker_service.pipeline.metrics.general.rhythm import cycles_per_minute
from worker_service.pipeline.metrics.geometry import lean_deg
from worker_service.pipeline.metrics.measurement import Measurement
from worker_service.pipeline.metrics.scene import Reading, Scene, Window
from worker_service.pipeline.metrics.sight import look
from worker_service.pipeline.signals.derivatives import speed
from worker_service.pipeline.signals.even import EVEN_HZ
from worker_service.pipeline.signals.gaps import runs
from worker_service.pipeline.signals.known import median, rms

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from worker_service.pipeline.signals.motion import Motion

LIVELIEST = 3.0
"""Torso lengths a second that make a highlight of score 1: a hard run or jump."""

PLANTED_SPEED = 0.5
"""Torso lengths a second below which a foot counts as standing."""

PLANTED_S = 0.5
"""Least time on both feet before anything is said about balance over them."""

CRICKET_ONLY = (
    "front_knee_brace_score",
    "hip_shoulder_separation_timing",
    "elbow_drop_score",
)
"""Without a stroke or a delivery there is no front side, no turn and no contact."""

TRUNK = ("left_shoulder", "right_shoulder", "left_hip", "right_hip")
LIMBS = ("left_wrist", "right_wrist", "left_ankle", "right_ankle")


def measure_general(scene: Scene) -> Measurement:
    """Return the metrics, the peak of every burst, and the bursts as highlights."""
    liveliness = energy(scene.motion)
    bursts = find_bursts(scene.motion, liveliness)
    return Measurement(
        events=tuple(_peak(scene, liveliness, burst) for burst in bursts),
        reps=(),
        highlights=tuple(_highlight(scene, liveliness, burst) for burst in bursts),
        metrics=_metrics(scene, liveliness, bursts),
        clock=scene.clock,
    )


def _peak(scene: Scene, liveliness: "NDArray[np.float64]", burst: Burst) -> Event:
    inside = liveliness[burst.first : burst.last + 1]
    at_s = float(scene.motion.t_s[burst.first + int(np.nanargmax(inside))])
    seen = look(scene.track, LIVELY, at_s, at_s)
    trust = seen.visibility * seen.coverage
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
    measured = (
        undefined
        | _over_planted_feet(scene, part)
        | {
            "movement_energy": scene.metric("movement_energy", _energy(part, inside)),
            "movement_tempo": _tempo(scene, lively),
            "movement_symmetry": _symmetry(scene, part),
            "trunk_lean": scene.metric("trunk_lean", _trunk_lean(part)),
        }
    )
    return {key: measured[key] for key in scene.specs}


def _over_planted_feet(scene: Scene, part: "Motion") -> dict[str, Metric]:
    """Head and hips over the feet while both feet stand, in the longest burst.

    Sideways only: going down and up, as in a squat, is movement and not unsteadiness. Sway is
    taken about the mean of each stand, so a step between two of them does not count.
    """
    stands = _stands(part)
    if not stands:
        keys = ("head_stability_score", "balance_drift_score")
        return {key: scene.missing(key, Reason.EVENT_NOT_FOUND) for key in keys}
    sideways = (part.middle("ear") - part.middle("ankle"))[:, 0] / part.torso_px
    offset = base_offset(part)
    sway, drift = (np.full(len(part), np.nan) for _ in range(2))
    for stand in stands:
        sway[stand] = np.abs(sideways[stand] - np.nanmean(sideways[stand]))
        drift[stand] = offset[stand]
    head = _along(part, sway, rms(sway), HEAD + FEET)
    hips = _along(part, drift, median(drift), TRUNK[2:] + FEET)
    return {
        "head_stability_score": scene.metric("head_stability_score", head),
        "balance_drift_score": scene.metric("balance_drift_score", hips),
    }


def _stands(part: "Motion") -> list[slice]:
    """Return the stretches on both feet that are long enough to speak of balance."""
    quicker = np.maximum(*(speed(part.point(foot)) for foot in FEET)) / part.torso_px
    known = np.isfinite(part.middle("ear")[:, 0] + part.middle("hip")[:, 0])
    stands = runs(known & (quicker < PLANTED_SPEED))
    return [stand for stand in stands if stand.stop - stand.start >= PLANTED_S * EVEN_HZ]


def _along(
    part: "Motion", curve: "NDArray[np.float64]", value: float, landmarks: tuple[str, ...]
) -> Reading:
    """A value over a whole stretch; the moment to look at is where the curve is highest."""
    known = np.flatnonzero(np.isfinite(curve))
    worst = int(known[curve[known].argmax()]) if len(known) else 0
    return Reading(
        value=value,
        landmarks=landmarks,
        window=Window(float(part.t_s[0]), float(part.t_s[-1])),
        at_s=float(part.t_s[worst]),
        curve_t_s=part.t_s,
        curve=curve,
    )


def _energy(part: "Motion", liveliness: "NDArray[np.float64]") -> Reading:
    """Typical speed of hands, feet and head over the longest burst, torso lengths a second.

    The median: one clip turned by quarters gave means from 3.3 to 4.5, because the first pictures
    were read wrongly, and medians from 3.1 to 3.2.
    """
    return _along(part, liveliness, median(liveliness), LIVELY)


def _trunk_lean(part: "Motion") -> Reading:
    """Median tilt of the trunk from the upright over the longest burst, either way, degrees."""
    tilt = np.abs(lean_deg(part.middle("hip"), part.middle("shoulder")))
    return _along(part, tilt, median(tilt), TRUNK)


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
