"""The five app metrics of a stroke or a delivery, each tied to its events."""

from typing import TYPE_CHECKING

import numpy as np

from shared.results import Metric, Reason
from worker_service.pipeline.metrics.cricket.action import Action
from worker_service.pipeline.metrics.cricket.legs import LEAST_TRUST, PlantedKnee
from worker_service.pipeline.metrics.cricket.readings import at_event, not_found, part_of
from worker_service.pipeline.metrics.cricket.rotation import separation
from worker_service.pipeline.metrics.posture import FEET, HEAD, base_offset, head_over_feet
from worker_service.pipeline.metrics.scene import Reading, Scene
from worker_service.pipeline.signals.known import rms

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from worker_service.pipeline.signals.motion import Motion

HALF_SAMPLE_S = 0.005
"""Lets a window end on a sample of the even clock."""


def app_metrics(scene: Scene, action: Action) -> dict[str, Metric]:
    """Return the five app metrics of one stroke or delivery."""
    part = part_of(scene, action)
    measures: dict[str, Callable[[Scene, Action, Motion], Metric]] = {
        "head_stability_score": _head_stability,
        "balance_drift_score": _balance_drift,
        "front_knee_brace_score": _front_knee,
        "hip_shoulder_separation_timing": _separation,
        "elbow_drop_score": _elbow,
    }
    return {key: measure(scene, action, part) for key, measure in measures.items()}


def _head_stability(scene: Scene, action: Action, part: "Motion") -> Metric:
    """RMS of the ears' middle relative to the feet's middle about its mean, in torso lengths."""
    key = "head_stability_score"
    if action.head is None:
        return not_found(scene, action, key, HEAD + FEET)
    window = part.between(action.head.start_s, action.head.end_s)
    head = head_over_feet(window) / part.torso_px
    away = np.linalg.norm(head - _mean(head), axis=1)
    reading = Reading(
        value=rms(away),
        landmarks=HEAD + FEET,
        window=action.head,
        at_s=action.key.at_s,
        event=action.key.type,
        curve_t_s=window.t_s,
        curve=away,
    )
    return scene.metric(key, reading)


def _balance_drift(scene: Scene, action: Action, part: "Motion") -> Metric:
    """Horizontal distance of the hips' middle from the feet's middle at contact or release.

    In bases: the larger of stance width and torso length.
    """
    curve = part.t_s, base_offset(part)
    return at_event(scene, action, "balance_drift_score", curve, ("left_hip", "right_hip", *FEET))


def _front_knee(scene: Scene, action: Action, part: "Motion") -> Metric:
    """Smallest angle of the planted front knee in the action's knee window, in degrees."""
    key = "front_knee_brace_score"
    if action.front is None:
        return scene.missing(key, Reason.SIDE_UNKNOWN)
    leg = tuple(f"{action.front}_{joint}" for joint in ("hip", "knee", "ankle"))
    if action.knee is None:
        return not_found(scene, action, key, leg, action.front)
    if not action.upright:
        return scene.missing(key, Reason.NOT_DEFINED_FOR_MOVEMENT, action.front)
    refusal = scene.refusal(key, leg, action.knee)
    if refusal:
        return scene.missing(key, refusal, action.front)
    knee = PlantedKnee.of(scene.track, action.front, action.knee)
    t_s = part.between(action.knee.start_s - HALF_SAMPLE_S, action.knee.end_s + HALF_SAMPLE_S).t_s
    stands = action.knee.start_s < action.knee.end_s
    angle = (knee.standing(action.knee.start_s) if stands else knee).angle_deg(t_s)
    trust = knee.trust(action.knee.start_s, action.knee.end_s)
    if trust < LEAST_TRUST or not np.isfinite(angle).any():
        return scene.missing(key, Reason.NOT_PLAUSIBLE, action.front)
    lowest = int(np.nanargmin(angle))
    reading = Reading(
        value=float(angle[lowest]),
        landmarks=leg,
        window=action.knee,
        at_s=float(t_s[lowest]),
        event=action.key.type if action.knee.start_s == action.knee.end_s else None,
        side=action.front,
        curve_t_s=t_s,
        curve=angle,
        trust=trust,
    )
    return scene.metric(key, reading)


def _separation(scene: Scene, action: Action, part: "Motion") -> Metric:
    """Seconds from the peak of the pelvis' turn rate to that of the shoulders'."""
    key = "hip_shoulder_separation_timing"
    trunk = ("left_shoulder", "right_shoulder", "left_hip", "right_hip")
    if action.turn is None:
        return not_found(scene, action, key, trunk)
    refusal = scene.refusal(key, trunk, action.turn)
    if refusal:
        return scene.missing(key, refusal)
    found = separation(part.between(action.turn.start_s, action.turn.end_s))
    if isinstance(found, Reason):
        return scene.missing(key, found)
    reading = Reading(
        value=found.lag_s,
        landmarks=trunk,
        window=action.turn,
        at_s=found.shoulders_at_s,
    )
    return scene.metric(key, reading)


def _elbow(scene: Scene, action: Action, part: "Motion") -> Metric:
    """Height of the judged elbow above its shoulder at contact or release, in torso lengths."""
    key = "elbow_drop_score"
    if action.arm is None:
        return scene.missing(key, Reason.SIDE_UNKNOWN)
    shoulder, elbow = f"{action.arm}_shoulder", f"{action.arm}_elbow"
    curve = (part.point(shoulder) - part.point(elbow))[:, 1] / part.torso_px
    return at_event(scene, action, key, (part.t_s, curve), (shoulder, elbow), side=action.arm)


def _mean(points: "NDArray[np.float64]") -> "NDArray[np.float64]":
    known = np.isfinite(points).all(axis=1)
    return points[known].mean(axis=0) if known.any() else np.full(points.shape[1], np.nan)
