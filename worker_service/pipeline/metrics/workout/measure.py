"""Workouts: find the exercise and its repetitions, measure each, combine them."""

from typing import TYPE_CHECKING

import numpy as np

from shared.results import Event, EventType, Metric, Reason, Repetition
from worker_service.pipeline.metrics.bursts import why_nothing_was_found
from worker_service.pipeline.metrics.measurement import Measurement
from worker_service.pipeline.metrics.sight import event_trust
from worker_service.pipeline.metrics.table import APP_METRICS
from worker_service.pipeline.metrics.workout.body import Body
from worker_service.pipeline.metrics.workout.classify import infer, repetitions
from worker_service.pipeline.metrics.workout.exercises import exercises
from worker_service.pipeline.metrics.workout.overall import over_all
from worker_service.pipeline.metrics.workout.readings import driven_by, measure_repetition

if TYPE_CHECKING:
    from shared.results import Exercise
    from worker_service.pipeline.metrics.scene import Scene
    from worker_service.pipeline.metrics.workout.classify import Repeated
    from worker_service.pipeline.metrics.workout.exercises import ExerciseSpec

OF_EVERY_EXERCISE = (
    "rep_count",
    "good_reps",
    "range_of_motion",
    "tempo_down",
    "tempo_hold",
    "tempo_up",
    "tempo_pause",
    "rep_rate",
)


def measure_workout(scene: "Scene") -> Measurement:
    """Return the repetitions of the exercise that was named, or that the clip clearly shows."""
    body = Body.of(scene.track)
    exercise = scene.settings.exercise or infer(body)
    if exercise is None:
        return _measurement(scene, None, {}, _why_nothing(scene, body))
    spec = exercises()[exercise]
    reps = repetitions(body, spec)
    if not reps:
        return _measurement(scene, exercise, {}, _why_nothing(scene, body))
    values = [measure_repetition(scene, body, spec, rep) for rep in reps]
    metrics = over_all(scene, spec, reps, [one for one in values if one])
    return _measurement(
        scene,
        exercise,
        metrics,
        Reason.EVENT_NOT_FOUND,
        events=tuple(event for rep in reps for event in _events(scene, spec, rep)),
        reps=tuple(
            _repetition(scene, number, rep, metrics)
            for number, (rep, metrics) in enumerate(zip(reps, values, strict=True), 1)
        ),
    )


def _measurement(
    scene: "Scene",
    exercise: "Exercise | None",
    found: dict[str, Metric],
    reason: Reason,
    *,
    events: tuple[Event, ...] = (),
    reps: tuple[Repetition, ...] = (),
) -> Measurement:
    """Put a measurement together; what has no meaning for the exercise says so."""
    spec = exercises()[exercise] if exercise else None
    defined = {*OF_EVERY_EXERCISE, *((spec.depth, *spec.also) if spec else scene.specs)}
    defined -= set(APP_METRICS)
    undefined = Reason.NOT_DEFINED_FOR_MOVEMENT
    metrics = {
        key: found.get(key, scene.missing(key, reason))
        if key in defined
        else scene.missing(key, undefined)
        for key in scene.specs
    }
    return Measurement(events, reps, (), metrics, scene.clock, exercise=exercise)


def _why_nothing(scene: "Scene", body: Body) -> Reason:
    """Tell stillness and an unseen body from a movement that is no repetition."""
    seen = bool(np.isfinite(body.curves["shoulders_over_hips"]).any())
    return why_nothing_was_found(scene.motion, seen=seen)


def _events(scene: "Scene", spec: "ExerciseSpec", rep: "Repeated") -> list[Event]:
    """Return the moments of a repetition that were seen, trusted as far as the body was."""
    cycle = rep.cycle
    moments = (
        (EventType.REP_START, cycle.start_s),
        (EventType.REP_BOTTOM, cycle.turn_s),
        (EventType.REP_END, cycle.end_s),
    )
    parts = driven_by(spec)
    return [
        scene.clock.event(
            kind, at_s, confidence=event_trust(scene.track, parts, at_s), side=rep.front
        )
        for kind, at_s in moments
        if at_s is not None
    ]


def _repetition(
    scene: "Scene", index: int, rep: "Repeated", metrics: dict[str, Metric]
) -> Repetition:
    cycle = rep.cycle
    start_s = cycle.seen_from_s if cycle.start_s is None else cycle.start_s
    end_s = cycle.seen_to_s if cycle.end_s is None else cycle.end_s
    return Repetition(
        index=index,
        start_s=scene.clock.moment(start_s).t_s,
        end_s=scene.clock.moment(end_s).t_s,
        side=rep.front,
        complete=cycle.complete,
        values={key: metric.value for key, metric in metrics.items()},
        at_s={key: one.at.t_s for key, one in metrics.items() if one.at},
    )
