"""What only several repetitions together give: how many, how good, how quick, how it changes."""

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from shared.results import Metric, Reason, Series
from worker_service.pipeline.metrics.repetitions import combine
from worker_service.pipeline.metrics.scene import Reading, Scene, Window
from worker_service.pipeline.metrics.workout.angles import LEGS, knees_inward
from worker_service.pipeline.metrics.workout.readings import driven_by

if TYPE_CHECKING:
    from worker_service.pipeline.metrics.workout.classify import Repeated
    from worker_service.pipeline.metrics.workout.exercises import ExerciseSpec

FEWEST = 3
"""Repetitions that make a rhythm or a trend."""

Values = list[dict[str, Metric]]


def over_all(
    scene: Scene, spec: "ExerciseSpec", reps: "list[Repeated]", values: Values
) -> dict[str, Metric]:
    """Return the metrics of a set.

    Args:
        scene: the clip.
        spec: the exercise.
        reps: all repetitions, unfinished ones included.
        values: the metrics of the complete ones, in order.
    """
    whole = [rep for rep in reps if rep.cycle.complete]
    count = _count(scene, spec, reps, len(whole))
    if not whole:
        return {"rep_count": count}
    every = {key: _combined(scene, key, [one[key] for one in values]) for key in values[0]}
    return every | {
        "rep_count": count,
        "good_reps": _good(scene, spec, whole, values),
        "tempo_pause": _pause(scene, spec, reps),
        "rep_rate": _rate(scene, spec, whole),
        "knee_valgus_trend": _valgus_trend(scene, whole),
    }


def _combined(scene: Scene, key: str, metrics: list[Metric]) -> Metric:
    """Return the median over the repetitions, with the value of each as its curve."""
    combined = combine(scene.specs[key], metrics)
    known = [one for one in metrics if one.value is not None and one.at is not None]
    if combined.value is None or not known:
        return combined
    times = [one.at.t_s for one in known if one.at]
    series = Series(t_s=times, values=[one.value for one in known])
    return combined.model_copy(update={"series": series})


def _window(reps: "list[Repeated]") -> Window:
    return Window(reps[0].cycle.seen_from_s, reps[-1].cycle.seen_to_s)


def _whole_set(spec: "ExerciseSpec", reps: "list[Repeated]", value: float) -> Reading:
    window = _window(reps)
    return Reading(value, driven_by(spec), window, window.start_s)


def _count(scene: Scene, spec: "ExerciseSpec", reps: "list[Repeated]", complete: int) -> Metric:
    metric = scene.metric("rep_count", _whole_set(spec, reps, float(complete)))
    return metric if metric.value is None else metric.model_copy(update={"n": complete})


def _good(scene: Scene, spec: "ExerciseSpec", whole: "list[Repeated]", values: Values) -> Metric:
    """Count the repetitions that went far enough and down under control.

    Missing unless every repetition can be judged well: a view that blurs the depth by more than
    the way from good to bad would praise and blame by chance. The limits are those of adults.
    """
    if not scene.settings.is_adult:
        return scene.missing("good_reps", Reason.NOT_DEFINED_FOR_MOVEMENT)
    if scene.specs[spec.depth].blur.get(scene.view, 1.0) > 1.0:
        return scene.missing("good_reps", Reason.VIEW_UNSUITABLE)
    good, trust = 0, []
    for one in values:
        depth, down = one[spec.depth], one["tempo_down"]
        if depth.value is None or down.value is None:
            return scene.missing(
                "good_reps", depth.reason or down.reason or Reason.LANDMARKS_HIDDEN
            )
        good += spec.is_deep(depth.value) and spec.is_slow(down.value)
        trust.append(depth.confidence or 0.0)
    reading = replace(_whole_set(spec, whole, float(good)), trust=float(np.mean(trust)))
    metric = scene.metric("good_reps", reading)
    return metric if metric.value is None else metric.model_copy(update={"n": len(whole)})


def _pause(scene: Scene, spec: "ExerciseSpec", reps: "list[Repeated]") -> Metric:
    """Seconds at rest from one repetition's end to the next one's start."""
    pauses = []
    for one, other in pairwise(rep.cycle for rep in reps):
        if one.end_s is None or other.start_s is None:
            continue
        window = Window(one.end_s, other.start_s)
        seconds = max(0.0, other.start_s - one.end_s)
        reading = Reading(seconds, driven_by(spec), window, one.end_s)
        pauses.append(scene.metric("tempo_pause", reading))
    if not pauses:
        return scene.missing("tempo_pause", Reason.EVENT_NOT_FOUND)
    return _combined(scene, "tempo_pause", pauses)


def _rate(scene: Scene, spec: "ExerciseSpec", whole: "list[Repeated]") -> Metric:
    """Repetitions a minute: a line through the times of all turns, not a count over a duration."""
    turns_s = [rep.cycle.turn_s for rep in whole if rep.cycle.turn_s is not None]
    if len(turns_s) < FEWEST:
        return scene.missing("rep_rate", Reason.EVENT_NOT_FOUND)
    between_s = float(np.polyfit(range(len(turns_s)), turns_s, 1)[0])
    metric = scene.metric("rep_rate", _whole_set(spec, whole, 60.0 / between_s))
    return metric if metric.value is None else metric.model_copy(update={"n": len(turns_s)})


def _valgus_trend(scene: Scene, whole: "list[Repeated]") -> Metric:
    """How much further inward the knees stand at the last bottom than at the first, by a line."""
    key = "knee_valgus_trend"
    if scene.specs[key].fit[scene.view] <= 0:
        return scene.missing(key, Reason.VIEW_UNSUITABLE)
    turns_s = [rep.cycle.turn_s for rep in whole if rep.cycle.turn_s is not None]
    if len(turns_s) < FEWEST:
        return scene.missing(key, Reason.EVENT_NOT_FOUND)
    inward = [knees_inward(scene, rep, at_s) for rep, at_s in zip(whole, turns_s, strict=True)]
    known = np.isfinite(inward)
    if known.sum() < FEWEST:
        return scene.missing(key, Reason.LANDMARKS_HIDDEN)
    order = np.arange(len(inward))
    slope = float(np.polyfit(order[known], np.array(inward)[known], 1)[0])
    reading = Reading(slope * (len(inward) - 1), LEGS, _window(whole), turns_s[-1])
    metric = scene.metric(key, reading)
    if metric.value is None:
        return metric
    moments = [scene.clock.moment(at_s).t_s for at_s in turns_s]
    values = [round(one, 4) if np.isfinite(one) else None for one in inward]
    series = Series(t_s=moments, values=values)
    return metric.model_copy(update={"n": int(known.sum()), "series": series})
