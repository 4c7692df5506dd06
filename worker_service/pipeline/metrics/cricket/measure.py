"""Strokes and deliveries: find them, take the metrics of each, combine them."""

from dataclasses import replace
from typing import TYPE_CHECKING

from shared.results import Event, Metric, Reason, Repetition, View
from worker_service.pipeline.metrics.cricket.app_metrics import app_metrics
from worker_service.pipeline.metrics.cricket.batting import find_strokes
from worker_service.pipeline.metrics.cricket.bowling import find_deliveries
from worker_service.pipeline.metrics.cricket.delivery_metrics import delivery_metrics
from worker_service.pipeline.metrics.cricket.knee_action import knee_action
from worker_service.pipeline.metrics.cricket.stroke_metrics import stroke_metrics
from worker_service.pipeline.metrics.lengths import in_metres
from worker_service.pipeline.metrics.measurement import Measurement
from worker_service.pipeline.metrics.repetitions import combine
from worker_service.pipeline.metrics.sight import event_trust

if TYPE_CHECKING:
    from collections.abc import Callable

    from worker_service.pipeline.metrics.cricket.action import Action, Found
    from worker_service.pipeline.metrics.scene import Scene

HIPS = ("left_hip", "right_hip")

_EVENT_FIT = {View.SIDE: 1.0, View.OBLIQUE: 0.85}
_EVENT_FIT |= dict.fromkeys((View.FRONT, View.REAR, View.UNKNOWN), 0.6)
"""End-on, hands and feet move along the line of sight: peaks in the picture come early or late."""


def measure_batting(scene: "Scene") -> Measurement:
    """Return every stroke's events, and the metrics over all of them."""
    return _measured(scene, find_strokes(scene, scene.settings.handedness), stroke_metrics)


def measure_bowling(scene: "Scene") -> Measurement:
    """Return every delivery's events, the metrics over all of them and the kind of front leg.

    The kinds are told apart in adults (Portus 2004).
    """
    deliveries = find_deliveries(scene, scene.settings.handedness)
    measured = _measured(scene, deliveries, delivery_metrics)
    kind = knee_action(measured.metrics) if scene.settings.is_adult else None
    return replace(measured, kinds=(kind,)) if kind else measured


def _measured(
    scene: "Scene",
    found: "list[Action] | Reason",
    own_metrics: "Callable[[Scene, Action], dict[str, Metric]]",
) -> Measurement:
    if isinstance(found, Reason):
        return scene.nothing(found)
    height_cm = scene.settings.athlete_height_cm
    repetitions = [
        {
            key: in_metres(metric, height_cm)
            for key, metric in (app_metrics(scene, action) | own_metrics(scene, action)).items()
        }
        for action in found
    ]
    metrics: dict[str, Metric] = {
        key: combine(spec, [metrics[key] for metrics in repetitions])
        for key, spec in scene.specs.items()
    }
    return Measurement(
        events=tuple(_event(scene, one) for action in found for one in action.events),
        reps=tuple(
            _repetition(scene, number, action, metrics)
            for number, (action, metrics) in enumerate(zip(found, repetitions, strict=True), 1)
        ),
        highlights=(),
        metrics=metrics,
        clock=scene.clock,
    )


def _event(scene: "Scene", found: "Found") -> Event:
    trust = event_trust(scene.track, HIPS, found.at_s) * _EVENT_FIT[scene.view]
    return scene.clock.event(found.type, found.at_s, confidence=trust, side=found.side)


def _repetition(
    scene: "Scene", index: int, action: "Action", metrics: dict[str, Metric]
) -> Repetition:
    start, end = (scene.clock.moment(s) for s in (action.span.start_s, action.span.end_s))
    return Repetition(
        index=index,
        start_s=start.t_s,
        end_s=end.t_s,
        side=action.arm,
        values={key: metric.value for key, metric in metrics.items()},
        at_s={key: one.at.t_s for key, one in metrics.items() if one.at},
    )
