"""Step 2 as one call: every movement the product knows, and what measures it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from shared.results import Event, Metric, Movement, Reason, Repetition, View
from worker_service.pipeline.metrics.action import Action, Found
from worker_service.pipeline.metrics.batting import find_strokes
from worker_service.pipeline.metrics.bowling import find_deliveries
from worker_service.pipeline.metrics.cricket import measure_action
from worker_service.pipeline.metrics.general import measure_general
from worker_service.pipeline.metrics.measurement import Measurement
from worker_service.pipeline.metrics.repetitions import combine
from worker_service.pipeline.metrics.scene import Scene
from worker_service.pipeline.metrics.sight import look

if TYPE_CHECKING:
    from shared.analysis import AnalysisSettings, Handedness
    from shared.results import Quality
    from worker_service.pipeline.track import PoseTrack

FULL_TRUST_HZ = 30.0
"""From here on an event is placed as well as the pose model sees it."""

_EVENT_FIT = {View.SIDE: 1.0, View.OBLIQUE: 0.85}
_EVENT_FIT |= dict.fromkeys((View.FRONT, View.REAR, View.UNKNOWN), 0.6)
"""End-on, hands and feet move along the line of sight: peaks in the picture come early or late."""

Finder = Callable[[Scene, "Handedness | None"], list[Action] | Reason]

_FINDERS: dict[Movement, Finder] = {
    Movement.CRICKET_BATTING: find_strokes,
    Movement.CRICKET_BOWLING: find_deliveries,
}


def measure(track: "PoseTrack", quality: "Quality", settings: "AnalysisSettings") -> Measurement:
    """Find the events of a movement and take its metrics at them.

    Every metric of the movement is in the answer: a value with its confidence and error band, or
    the reason why this recording cannot give it.
    """
    scene = Scene.of(track, view=quality.view.label, movement=settings.movement)
    finder = _FINDERS.get(settings.movement)
    if finder is None:
        return measure_general(scene)
    found = finder(scene, settings.handedness)
    return _nothing(scene, found) if isinstance(found, Reason) else _cricket(scene, found)


def _nothing(scene: Scene, reason: Reason) -> Measurement:
    metrics = {key: scene.missing(key, reason) for key in scene.specs}
    return Measurement((), (), (), metrics, scene.clock)


def _cricket(scene: Scene, actions: list[Action]) -> Measurement:
    repetitions = [measure_action(scene, action) for action in actions]
    metrics: dict[str, Metric] = {
        key: combine(spec, [metrics[key] for metrics in repetitions])
        for key, spec in scene.specs.items()
    }
    return Measurement(
        events=tuple(_event(scene, found) for action in actions for found in action.events),
        reps=tuple(_repetition(scene, n, action) for n, action in enumerate(actions, start=1)),
        highlights=(),
        metrics=metrics,
        clock=scene.clock,
    )


def _event(scene: Scene, found: Found) -> Event:
    """Trust an event as far as the body was seen, by the rate of the pictures and by the view."""
    seen = look(scene.track, ("left_hip", "right_hip"), found.at_s, found.at_s)
    trust = seen.visibility * seen.coverage * min(1.0, seen.rate_hz / FULL_TRUST_HZ)
    trust *= _EVENT_FIT[scene.view]
    return scene.clock.event(found.type, found.at_s, confidence=trust, side=found.side)


def _repetition(scene: Scene, index: int, action: Action) -> Repetition:
    start, end = (scene.clock.moment(s) for s in (action.span.start_s, action.span.end_s))
    return Repetition(index=index, start_s=start.t_s, end_s=end.t_s)
