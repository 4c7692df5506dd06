"""What is measured of a stroke beside the metrics of the app."""

from typing import TYPE_CHECKING

import numpy as np

from shared.results import EventType, Metric, Reason
from worker_service.pipeline.metrics.cricket.feet import AT_REST_S, ahead_of_back_foot, towards
from worker_service.pipeline.metrics.cricket.readings import at_event, not_found, part_of
from worker_service.pipeline.metrics.geometry import lean_deg
from worker_service.pipeline.metrics.lengths import standing_px
from worker_service.pipeline.metrics.scene import Reading, Scene, Window
from worker_service.pipeline.signals.derivatives import unwrapped_deg

if TYPE_CHECKING:
    from worker_service.pipeline.metrics.cricket.action import Action
    from worker_service.pipeline.signals.motion import Motion

ANKLES = ("left_ankle", "right_ankle")
HANDS = ("left_wrist", "right_wrist", "left_shoulder", "right_shoulder")


def stroke_metrics(scene: Scene, action: "Action") -> dict[str, Metric]:
    """Return the metrics of one stroke."""
    part = part_of(scene, action)
    return {
        "stance_width": _stance_width(scene, action, part),
        "stride_length": _stride(scene, action, part),
        "head_over_front_foot": _head_over_front_foot(scene, action, part),
        "backlift_angle": _backlift(scene, action, part),
        "downswing_time": _downswing(scene, action),
    }


def _stance_width(scene: Scene, action: "Action", part: "Motion") -> Metric:
    """Distance along the ground between the ankles in the stance, in standing heights."""
    apart = np.abs((part.point("left_ankle") - part.point("right_ankle"))[:, 0])
    curve = part.t_s, np.asarray(apart / standing_px(part))
    return at_event(scene, action, "stance_width", curve, ANKLES, event=EventType.STANCE)


def _stride(scene: Scene, action: "Action", part: "Motion") -> Metric:
    """How far the front ankle goes along the ground from stance to plant, in standing heights.

    Measured from the back ankle.
    """
    key = "stride_length"
    if action.front is None:
        return scene.missing(key, Reason.SIDE_UNKNOWN)
    stance_s = action.at_s(EventType.STANCE)
    if stance_s is None:
        return not_found(scene, action, key, ANKLES, action.front)
    ahead = ahead_of_back_foot(part, action.front)
    gone = np.abs(ahead - np.interp(stance_s, part.t_s, ahead)) / standing_px(part)
    return at_event(
        scene,
        action,
        key,
        (part.t_s, gone),
        ANKLES,
        event=EventType.FRONT_FOOT_PLANT,
        side=action.front,
        delay_s=AT_REST_S,
    )


def _head_over_front_foot(scene: Scene, action: "Action", part: "Motion") -> Metric:
    """How far the head is ahead of the front foot at contact, in standing heights."""
    key = "head_over_front_foot"
    if action.front is None:
        return scene.missing(key, Reason.SIDE_UNKNOWN)
    foot = (part.point(f"{action.front}_ankle") + part.point(f"{action.front}_foot_index")) / 2.0
    off = (part.middle("ear") - foot)[:, 0] / standing_px(part)
    ahead = towards(part, action.front, action.key.at_s) * off
    points = ("left_ear", "right_ear", f"{action.front}_ankle", f"{action.front}_foot_index")
    return at_event(scene, action, key, (part.t_s, ahead), points, side=action.front)


def _backlift(scene: Scene, action: "Action", part: "Motion") -> Metric:
    """Angle from shoulders to hands at the top of the backlift, 0 where they hang straight down."""
    key = "backlift_angle"
    if action.front is None:
        return scene.missing(key, Reason.SIDE_UNKNOWN)
    lean = lean_deg(part.middle("wrist"), part.middle("shoulder"))
    back = unwrapped_deg(towards(part, action.front, action.key.at_s) * lean)
    return at_event(scene, action, key, (part.t_s, back), HANDS, event=EventType.BACKLIFT_TOP)


def _downswing(scene: Scene, action: "Action") -> Metric:
    """Seconds from the downswing's start to contact."""
    key, start_s = "downswing_time", action.at_s(EventType.DOWNSWING_START)
    if start_s is None:
        return not_found(scene, action, key, HANDS)
    reading = Reading(
        value=action.key.at_s - start_s,
        landmarks=HANDS,
        window=Window(start_s, action.key.at_s),
        at_s=action.key.at_s,
        event=EventType.CONTACT,
    )
    return scene.metric(key, reading)
