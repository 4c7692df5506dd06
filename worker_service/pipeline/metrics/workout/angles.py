"""Angles of a repetition, measured in the picture over the better-seen side or both."""

from typing import TYPE_CHECKING

import numpy as np

from shared.results import Side
from worker_service.pipeline.metrics.geometry import joint_angle_deg, lean_deg
from worker_service.pipeline.metrics.scene import Reading, Scene, Window
from worker_service.pipeline.metrics.sides import other
from worker_service.pipeline.metrics.sight import look
from worker_service.pipeline.metrics.workout.exercises import ExerciseSpec, Parts
from worker_service.pipeline.signals.known import median

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from worker_service.pipeline.metrics.workout.classify import Repeated

BOTH = 0.15
"""Sides whose visibility differs by less are seen alike, and their mean is the quieter number."""

NEAR_S, NEAR_SHARE = 0.06, 0.1
"""How long around an instant an angle is averaged: against noise, and never more than this share of
the quicker way, for there it already changes."""

TRUNK = ("left_shoulder", "right_shoulder", "left_hip", "right_hip")
LEGS = tuple(f"{side}_{part}" for part in ("hip", "knee", "ankle") for side in Side)


def around(rep: "Repeated", at_s: float) -> Window:
    """Return the short stretch about one moment of a repetition that is averaged."""
    ways = (way.duration_s for way in (rep.cycle.out, rep.cycle.back) if way)
    near_s = min([NEAR_S, *(NEAR_SHARE * s for s in ways if s is not None)])
    return Window(at_s - near_s, at_s + near_s)


def joint_at(scene: Scene, spec: ExerciseSpec, rep: "Repeated", at_s: float) -> Reading:
    """Angle of the exercise's joint at a moment of a repetition, 180 = straight."""
    window = around(rep, at_s)
    sides = (rep.front,) if rep.front else _seen_sides(scene, spec.joint, window)
    curve = np.mean([_joint_deg(scene, spec.joint, side) for side in sides], axis=0)
    landmarks = tuple(f"{side}_{part}" for side in sides for part in spec.joint)
    return Reading(_mean(scene, curve, window), landmarks, window, at_s, side=rep.front)


def trunk_at(scene: Scene, rep: "Repeated", at_s: float) -> Reading:
    """Lean of the trunk from the upright, either way."""
    window = around(rep, at_s)
    lean = np.abs(lean_deg(scene.motion.middle("hip"), scene.motion.middle("shoulder")))
    return Reading(_mean(scene, lean, window), TRUNK, window, at_s)


def body_line(scene: Scene, window: Window, at_s: float) -> Reading:
    """Median bend at the hips of the line from shoulders to ankles; below 0 the hips sag."""
    shoulder, hip, ankle = (scene.motion.middle(part) for part in ("shoulder", "hip", "ankle"))
    bend = 180.0 - joint_angle_deg(shoulder, hip, ankle)
    along = (hip - ankle)[:, 0] / (shoulder - ankle)[:, 0]
    line_y = ankle[:, 1] + along * (shoulder - ankle)[:, 1]
    signed = np.where(hip[:, 1] < line_y, bend, -bend)
    ankles = ("left_ankle", "right_ankle")
    return Reading(median(signed[_inside(scene, window)]), TRUNK + ankles, window, at_s)


def knees_inward(scene: Scene, rep: "Repeated", at_s: float) -> float:
    """Mean angle by which the knees stand inside the lines from hips to ankles, in the picture."""
    window = around(rep, at_s)
    return float(np.mean([_mean(scene, _inward_deg(scene, side), window) for side in Side]))


def point_at(scene: Scene, name: str, axis: int, window: Window) -> float:
    """Mean coordinate of a landmark during a short stretch, pixels."""
    return _mean(scene, scene.motion.point(name)[:, axis], window)


def _inward_deg(scene: Scene, side: Side) -> "NDArray[np.float64]":
    hip, knee, ankle = (scene.motion.point(f"{side}_{part}") for part in ("hip", "knee", "ankle"))
    inside = np.sign(scene.motion.point(f"{other(side)}_ankle") - ankle)[:, 0]
    share = (knee - hip)[:, 1] / (ankle - hip)[:, 1]
    line_x = hip[:, 0] + share * (ankle - hip)[:, 0]
    return np.asarray(
        np.sign(knee[:, 0] - line_x) * inside * (180.0 - joint_angle_deg(hip, knee, ankle))
    )


def _joint_deg(scene: Scene, joint: Parts, side: Side) -> "NDArray[np.float64]":
    first, middle, last = (scene.motion.point(f"{side}_{part}") for part in joint)
    return joint_angle_deg(first, middle, last)


def _seen_sides(scene: Scene, joint: Parts, window: Window) -> tuple[Side, ...]:
    seen = {
        side: look(
            scene.track,
            tuple(f"{side}_{part}" for part in joint),
            window.start_s,
            window.end_s,
        ).visibility
        for side in Side
    }
    best = max(seen.values())
    return tuple(side for side in Side if seen[side] >= best - BOTH)


def _mean(scene: Scene, curve: "NDArray[np.float64]", window: Window) -> float:
    inside = curve[_inside(scene, window)]
    known = inside[np.isfinite(inside)]
    return float(known.mean()) if len(known) else float("nan")


def _inside(scene: Scene, window: Window) -> "NDArray[np.bool_]":
    """Tell the even samples in a window; the nearest one at least."""
    clock = scene.motion.t_s
    inside = (clock >= window.start_s) & (clock <= window.end_s)
    if not inside.any():
        inside[np.abs(clock - (window.start_s + window.end_s) / 2).argmin()] = True
    return np.asarray(inside)
