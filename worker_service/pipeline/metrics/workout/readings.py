"""What one complete repetition gives."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shared.results import EventType, Metric, Side
from worker_service.pipeline.metrics.scene import Reading, Scene, Window
from worker_service.pipeline.metrics.workout.angles import (
    around,
    body_line,
    joint_at,
    point_at,
    trunk_at,
)
from worker_service.pipeline.metrics.workout.body import READ_FROM, Body
from worker_service.pipeline.metrics.workout.exercises import ExerciseSpec

if TYPE_CHECKING:
    from worker_service.pipeline.metrics.workout.classify import Repeated

ALIKE = 0.97
"""Sides that go this nearly equally far are not told apart."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """One complete repetition with all that its readings need."""

    scene: Scene
    body: Body
    spec: ExerciseSpec
    rep: "Repeated"
    start_s: float
    turn_s: float
    end_s: float

    @property
    def window(self) -> Window:
        return Window(self.start_s, self.end_s)

    def between(self, at_s: float, value: float) -> Reading:
        """A duration or height, read where the drive was read."""
        return Reading(value, driven_by(self.spec), self.window, at_s)


def driven_by(spec: ExerciseSpec) -> tuple[str, ...]:
    """Return the landmarks that repetitions are found by."""
    return tuple(f"{side}_{part}" for part in READ_FROM[spec.drive] for side in Side)


def measure_repetition(
    scene: Scene, body: Body, spec: ExerciseSpec, rep: "Repeated"
) -> dict[str, Metric]:
    """Return the metrics of one complete repetition."""
    cycle = rep.cycle
    if cycle.start_s is None or cycle.turn_s is None or cycle.end_s is None:
        return {}
    seen = Seen(scene, body, spec, rep, cycle.start_s, cycle.turn_s, cycle.end_s)
    taken = {key: scene.metric(key, read(seen)) for key, read in _OWN.items() if key in spec.also}
    return _depth(seen) | _tempo(seen) | taken


def _depth(seen: Seen) -> dict[str, Metric]:
    """The angle at the turn, and how far it is from that at the start."""
    scene, key = seen.scene, seen.spec.depth
    turned = joint_at(scene, seen.spec, seen.rep, seen.turn_s)
    depth = scene.metric(key, replace(turned, event=EventType.REP_BOTTOM))
    if depth.reason is not None:
        return {key: depth, "range_of_motion": scene.missing("range_of_motion", depth.reason)}
    rest = joint_at(scene, seen.spec, seen.rep, seen.start_s)
    way = replace(turned, value=abs(rest.value - turned.value), window=seen.window)
    return {key: depth, "range_of_motion": scene.metric("range_of_motion", way)}


def _tempo(seen: Seen) -> dict[str, Metric]:
    """Seconds of going down, staying and going up, each at the moment it begins or, staying, is."""
    cycle, scene = seen.rep.cycle, seen.scene
    ways = [way.duration_s or 0.0 for way in (cycle.out, cycle.back) if way]
    begun = list(zip((seen.start_s, seen.turn_s), ways, strict=True))
    down, up = begun if seen.spec.turn == "low" else reversed(begun)
    return {
        "tempo_down": scene.metric("tempo_down", seen.between(*down)),
        "tempo_hold": scene.metric("tempo_hold", seen.between(seen.turn_s, cycle.hold_s or 0.0)),
        "tempo_up": scene.metric("tempo_up", seen.between(*up)),
    }


def _trunk(seen: Seen) -> Reading:
    reading = trunk_at(seen.scene, seen.rep, seen.turn_s)
    return replace(reading, event=EventType.REP_BOTTOM)


def _line(seen: Seen) -> Reading:
    return body_line(seen.scene, seen.window, seen.turn_s)


def _spread(seen: Seen) -> Reading:
    reading = seen.between(seen.turn_s, seen.body.at("feet_apart", seen.turn_s))
    return replace(reading, landmarks=("left_ankle", "right_ankle"))


def _symmetry(seen: Seen) -> Reading:
    """Height gone by the side that goes less over that of the other."""
    part, window = seen.spec.even, around(seen.rep, seen.turn_s)
    names = {side: f"{side}_{part}" for side in Side}
    rest = around(seen.rep, seen.start_s)
    gone = {
        side: abs(point_at(seen.scene, name, 1, window) - point_at(seen.scene, name, 1, rest))
        for side, name in names.items()
    }
    less = min(Side, key=lambda side: gone[side])
    more = max(gone.values())
    value = gone[less] / more if more else float("nan")
    return Reading(
        value,
        tuple(names.values()),
        seen.window,
        seen.turn_s,
        event=EventType.REP_BOTTOM,
        side=less if value < ALIKE else None,
    )


_OWN: dict[str, Callable[[Seen], Reading]] = {
    "trunk_at_bottom": _trunk,
    "body_line": _line,
    "leg_spread": _spread,
    "side_symmetry": _symmetry,
}
