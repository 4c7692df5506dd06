"""What the metrics of a stroke and of a delivery have in common: a moment, a window, a refusal."""

from typing import TYPE_CHECKING

import numpy as np

from shared.results import EventType, Metric, Reason, Side
from worker_service.pipeline.metrics.scene import Reading, Scene, Window

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from worker_service.pipeline.metrics.cricket.action import Action
    from worker_service.pipeline.signals.motion import Motion

CURVE_S = 0.05
"""A metric of one moment shows this much before and after it; an arm is elsewhere soon after."""

EDGE_S = 0.2
"""How much around an action is kept, so that nothing is read at the edge of a curve."""


def part_of(scene: Scene, action: "Action") -> "Motion":
    """Return the clip's movement around an action."""
    return scene.motion.between(action.span.start_s - EDGE_S, action.span.end_s + EDGE_S)


def not_found(
    scene: Scene,
    action: "Action",
    key: str,
    landmarks: tuple[str, ...],
    side: Side | None = None,
) -> Metric:
    """Say why an event is missing: what blurs the whole moment comes before a missed event."""
    at = Window(action.key.at_s, action.key.at_s)
    reason = scene.refusal(key, landmarks, at) or Reason.EVENT_NOT_FOUND
    return scene.missing(key, reason, side)


def at_event(
    scene: Scene,
    action: "Action",
    key: str,
    curve: tuple["NDArray[np.float64]", "NDArray[np.float64]"],
    landmarks: tuple[str, ...],
    *,
    event: EventType | None = None,
    side: Side | None = None,
    delay_s: float = 0.0,
) -> Metric:
    """Read a curve, given as seconds and values, at an event; by default contact or release."""
    kind = event or action.key.type
    found_s = action.at_s(kind)
    if found_s is None:
        return not_found(scene, action, key, landmarks, side)
    at_s, (t_s, values) = found_s + delay_s, curve
    around = (t_s >= at_s - CURVE_S) & (t_s <= at_s + CURVE_S)
    reading = Reading(
        value=float(np.interp(at_s, t_s, values)),
        landmarks=landmarks,
        window=Window(at_s, at_s),
        at_s=at_s,
        event=kind,
        side=side,
        curve_t_s=t_s[around],
        curve=values[around],
    )
    return scene.metric(key, reading)
