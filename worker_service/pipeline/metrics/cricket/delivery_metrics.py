"""What is measured of a delivery beside the metrics of the app."""

from typing import TYPE_CHECKING

import numpy as np

from shared.results import EventType, Metric, Reason, Side, View
from worker_service.pipeline.metrics.cricket.feet import AT_REST_S, towards
from worker_service.pipeline.metrics.cricket.knee_metrics import front_knee_metrics
from worker_service.pipeline.metrics.cricket.readings import at_event, not_found, part_of
from worker_service.pipeline.metrics.cricket.run_up import run_up_cadence
from worker_service.pipeline.metrics.geometry import lean_deg, yaw_deg
from worker_service.pipeline.metrics.lengths import standing_px
from worker_service.pipeline.metrics.scene import Reading, Scene, Window
from worker_service.pipeline.signals.derivatives import unwrapped_deg
from worker_service.pipeline.track import INDEX

if TYPE_CHECKING:
    from worker_service.pipeline.metrics.cricket.action import Action
    from worker_service.pipeline.signals.motion import Motion

SHOULDERS = ("left_shoulder", "right_shoulder")
TRUNK = (*SHOULDERS, "left_hip", "right_hip")
ANKLES = ("left_ankle", "right_ankle")


def delivery_metrics(scene: Scene, action: "Action") -> dict[str, Metric]:
    """Return the metrics of one delivery."""
    part = part_of(scene, action)
    return front_knee_metrics(scene, action) | {
        "trunk_side_lean_at_release": _side_lean(scene, action, part),
        "trunk_forward_lean_at_release": _forward_lean(scene, action, part),
        "shoulder_counter_rotation": _counter_rotation(scene, action, part),
        "arm_angle_at_release": _arm_angle(scene, action, part),
        "release_height": _release_height(scene, action, part),
        "delivery_stride_length": _stride(scene, action, part),
        "contact_to_release_time": _contact_to_release(scene, action),
        "run_up_cadence": run_up_cadence(scene, action),
    }


def _side_lean(scene: Scene, action: "Action", part: "Motion") -> Metric:
    """Lean of the trunk to the side at release, positive away from the bowling arm."""
    lean = lean_deg(part.middle("hip"), part.middle("shoulder"))
    away = -_arm_side(scene.view, action.arm) * lean
    return at_event(scene, action, "trunk_side_lean_at_release", (part.t_s, away), TRUNK)


def _forward_lean(scene: Scene, action: "Action", part: "Motion") -> Metric:
    """Lean of the trunk towards the batter at release."""
    key = "trunk_forward_lean_at_release"
    if action.front is None:
        return scene.missing(key, Reason.SIDE_UNKNOWN)
    lean = lean_deg(part.middle("hip"), part.middle("shoulder"))
    stands_s = action.key.at_s if action.knee is None else action.knee.start_s
    forward = towards(part, action.front, stands_s) * lean
    return at_event(scene, action, key, (part.t_s, forward), TRUNK)


def _arm_angle(scene: Scene, action: "Action", part: "Motion") -> Metric:
    """Line from the bowling shoulder to its wrist at release, from the upright, out to the side."""
    shoulder, wrist = f"{action.arm}_shoulder", f"{action.arm}_wrist"
    lean = lean_deg(part.point(shoulder), part.point(wrist))
    out = _arm_side(scene.view, action.arm) * lean
    curve = part.t_s, np.asarray(out)
    key = "arm_angle_at_release"
    return at_event(scene, action, key, curve, (shoulder, wrist), side=action.arm)


def _release_height(scene: Scene, action: "Action", part: "Motion") -> Metric:
    """Height of the bowling wrist above the front foot's heel at release, in standing heights."""
    wrist, heel = f"{action.arm}_wrist", f"{action.front}_heel"
    height = (part.point(heel) - part.point(wrist))[:, 1] / standing_px(part)
    curve = part.t_s, np.asarray(height)
    return at_event(scene, action, "release_height", curve, (wrist, heel), side=action.arm)


def _stride(scene: Scene, action: "Action", part: "Motion") -> Metric:
    """Distance along the ground between the ankles once the front foot stands, in heights.

    Both ankles are read from the same pictures, so a camera that pans changes nothing.
    """
    apart = np.abs((part.point("left_ankle") - part.point("right_ankle"))[:, 0])
    return at_event(
        scene,
        action,
        "delivery_stride_length",
        (part.t_s, np.asarray(apart / standing_px(part))),
        ANKLES,
        event=EventType.FRONT_FOOT_CONTACT,
        delay_s=AT_REST_S,
    )


def _contact_to_release(scene: Scene, action: "Action") -> Metric:
    """Seconds from front-foot contact to release."""
    key, points = "contact_to_release_time", (f"{action.front}_ankle", f"{action.arm}_wrist")
    if action.knee is None:
        return not_found(scene, action, key, points)
    reading = Reading(
        value=action.knee.end_s - action.knee.start_s,
        landmarks=points,
        window=action.knee,
        at_s=action.knee.end_s,
        event=EventType.RELEASE,
    )
    return scene.metric(key, reading)


def _counter_rotation(scene: Scene, action: "Action", part: "Motion") -> Metric:
    """Turn of the shoulders against the delivery after back-foot contact, until they turn back."""
    key = "shoulder_counter_rotation"
    start_s, planted_s = (
        action.at_s(kind) for kind in (EventType.BACK_FOOT_CONTACT, EventType.FRONT_FOOT_CONTACT)
    )
    if start_s is None or planted_s is None:
        return not_found(scene, action, key, SHOULDERS)
    shoulders = (part.world_m[:, INDEX[name]] for name in SHOULDERS)
    yaw = unwrapped_deg(yaw_deg(*shoulders))
    at_start, at_plant, at_release = np.interp([start_s, planted_s, action.key.at_s], part.t_s, yaw)
    against = -np.sign(at_release - at_plant) * (yaw - at_start)
    inside = (part.t_s >= start_s) & (part.t_s <= planted_s)
    if not np.isfinite(against[inside]).all():
        return scene.missing(
            key,
            scene.refusal(key, SHOULDERS, Window(start_s, planted_s)) or Reason.LANDMARKS_HIDDEN,
        )
    most = int(against[inside].argmax())
    reading = Reading(
        value=max(0.0, float(against[inside][most])),
        landmarks=SHOULDERS,
        window=Window(start_s, planted_s),
        at_s=float(part.t_s[inside][most]),
        curve_t_s=part.t_s[inside],
        curve=against[inside],
    )
    return scene.metric(key, reading)


def _arm_side(view: View, arm: Side | None) -> float:
    """1 where the bowling arm is on the right of a picture from this end, -1 where on the left."""
    right = 1.0 if arm is Side.RIGHT else -1.0
    return right if view is View.REAR else -right
