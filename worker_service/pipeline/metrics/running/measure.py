"""Running as one call: strides, what each of them shows, and what the bout shows."""

from typing import TYPE_CHECKING

import numpy as np

from shared.results import Metric, Reason, Series
from worker_service.pipeline.metrics.bursts import why_nothing_was_found
from worker_service.pipeline.metrics.lengths import in_metres, standing_px
from worker_service.pipeline.metrics.measurement import Measurement
from worker_service.pipeline.metrics.rates import FEWEST_HZ, seen_anywhere
from worker_service.pipeline.metrics.repetitions import combine
from worker_service.pipeline.metrics.running.body import RunningBody
from worker_service.pipeline.metrics.running.cadence import steps_per_minute
from worker_service.pipeline.metrics.running.cycle import joint_angles
from worker_service.pipeline.metrics.running.one_stride import OneStride
from worker_service.pipeline.metrics.running.readings import READINGS
from worker_service.pipeline.metrics.running.stances import find_stances
from worker_service.pipeline.metrics.running.strides import Stride, find_strides
from worker_service.pipeline.metrics.running.symmetry import compare_sides
from worker_service.pipeline.metrics.running.timeline import show_events, show_strides
from worker_service.pipeline.metrics.scene import RATE_TOLERANCE, Reading, Scene, Window
from worker_service.pipeline.metrics.sight import MIN_COVERAGE, look
from worker_service.pipeline.metrics.table import APP_METRICS

if TYPE_CHECKING:
    from collections.abc import Mapping

FEWEST_STRIDES = 3
"""Fewer, left and right together, are no running to speak of."""

ANKLES = ("left_ankle", "right_ankle")


def measure_running(scene: Scene) -> Measurement:
    """Return events, strides, metrics and joint curves, or why there are none.

    The five app metrics belong to a stroke or a delivery and have no meaning here: a runner's feet
    never stand together, and neither side leads.
    """
    stances = find_stances(scene)
    strides = find_strides(stances, scene.track.clock_changes_real_s)
    if len(strides) < FEWEST_STRIDES or not _is_fast_enough(scene, strides):
        return _nothing(scene, _why_not(scene))
    body = RunningBody.of(scene.motion.between(strides[0].contact_s - 0.5, strides[-1].end_s + 0.5))
    per_stride = _per_stride(scene, body, strides)
    return Measurement(
        events=tuple(show_events(scene, stances, strides)),
        reps=show_strides(scene, strides, per_stride),
        highlights=(),
        metrics=_metrics(scene, strides, per_stride),
        clock=scene.clock,
        joint_angles=joint_angles(scene, body, strides),
    )


def _is_fast_enough(scene: Scene, strides: list[Stride]) -> bool:
    seen = look(scene.track, ANKLES, strides[0].contact_s, strides[-1].end_s)
    return seen.rate_hz >= FEWEST_HZ * RATE_TOLERANCE


def _nothing(scene: Scene, reason: Reason) -> Measurement:
    metrics = {key: scene.missing(key, reason) for key in scene.specs}
    return Measurement((), (), (), metrics | _undefined(scene), scene.clock)


def _undefined(scene: Scene) -> dict[str, Metric]:
    return {key: scene.missing(key, Reason.NOT_DEFINED_FOR_MOVEMENT) for key in APP_METRICS}


def _why_not(scene: Scene) -> Reason:
    """Tell feet that were out of sight from a body that did not move and one that did not run."""
    if not seen_anywhere(scene.track, FEWEST_HZ):
        return Reason.SAMPLE_RATE_TOO_LOW
    known = np.isfinite(scene.motion.point(ANKLES[0]) + scene.motion.point(ANKLES[1])).all(axis=1)
    reason = why_nothing_was_found(scene.motion, seen=bool(known.mean() >= MIN_COVERAGE))
    changed = reason is Reason.EVENT_NOT_FOUND and scene.track.clock_changes_s
    return Reason.CLOCK_CHANGES if changed else reason


def _per_stride(
    scene: Scene, body: RunningBody, strides: list[Stride]
) -> "Mapping[str, list[Metric]]":
    """Return every metric that a single stride gives, one value a stride."""
    start_s, end_s = strides[0].contact_s, strides[-1].end_s
    height_px = standing_px(scene.motion.between(start_s, end_s))
    taken = [OneStride(body, stride, height_px) for stride in strides]
    return {key: [scene.metric(key, read(one)) for one in taken] for key, read in READINGS.items()}


def _metrics(
    scene: Scene, strides: list[Stride], per_stride: "Mapping[str, list[Metric]]"
) -> dict[str, Metric]:
    over_bout = {key: _over_bout(scene, key, metrics) for key, metrics in per_stride.items()}
    bounce = in_metres(over_bout["bounce_height"], scene.settings.athlete_height_cm)
    measured = (
        _undefined(scene)
        | over_bout
        | {"cadence": _cadence(scene, strides), "bounce_height": bounce}
        | compare_sides(scene, strides, per_stride["knee_in_stance"])
    )
    return {key: measured[key] for key in scene.specs}


def _over_bout(scene: Scene, key: str, metrics: list[Metric]) -> Metric:
    """Mean of both sides' medians; the chart has one point a stride.

    A median over all strides would fall on the side that happened to be filmed once more.
    """
    spec, combined = scene.specs[key], combine(scene.specs[key], metrics)
    sides = [
        np.median([m.value for m in metrics if m.side is side and m.value is not None])
        for side in {m.side for m in metrics if m.value is not None}
    ]
    if not sides:
        return combined.model_copy(update={"side": None})
    value = round(float(np.mean(sides)), 4)
    points = sorted((m.at.t_s, m.value) for m in metrics if m.at and m.value is not None)
    series = Series(t_s=[t_s for t_s, _ in points], values=[each for _, each in points])
    shown = {"value": value, "score": spec.score(value), "side": None, "series": series}
    return combined.model_copy(update=shown)


def _cadence(scene: Scene, strides: list[Stride]) -> Metric:
    """Steps a minute over the bout; missing without three cycles of one steady rhythm."""
    bout = Window(strides[0].contact_s, strides[-1].end_s)
    stride_s = float(np.median([stride.end_s - stride.contact_s for stride in strides]))
    found = steps_per_minute(scene.motion.between(bout.start_s, bout.end_s), stride_s)
    if found is None:
        return scene.missing("cadence", Reason.EVENT_NOT_FOUND)
    return scene.metric("cadence", Reading(found, ANKLES, bout, bout.start_s))
