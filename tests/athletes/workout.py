"""Exercises, repeated."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shared.results import Exercise, Side
from tests.athletes.body import HALF_HIPS, Array, assemble, leg_length, points, smooth
from tests.athletes.camera import Scenario
from tests.athletes.exercises import POSTURES, Form, Joints

JOINT = {
    Exercise.SQUAT: ("hip", "knee", "ankle"),
    Exercise.LUNGE: ("hip", "knee", "ankle"),
    Exercise.DEADLIFT: ("shoulder", "hip", "knee"),
    Exercise.SIT_UP: ("shoulder", "hip", "knee"),
    Exercise.PUSH_UP: ("shoulder", "elbow", "wrist"),
    Exercise.PULL_UP: ("shoulder", "elbow", "wrist"),
    Exercise.JUMPING_JACK: ("hip", "shoulder", "wrist"),
}
"""The joint whose angle tells how far a repetition went."""

MOVED = {
    Exercise.SQUAT: ("hip", "ankle"),
    Exercise.LUNGE: ("hip", "ankle"),
    Exercise.DEADLIFT: ("shoulder", "ankle"),
    Exercise.SIT_UP: ("shoulder", "hip"),
    Exercise.PUSH_UP: ("shoulder", "wrist"),
    Exercise.PULL_UP: ("shoulder", "wrist"),
    Exercise.JUMPING_JACK: ("shoulder", "wrist"),
}
"""What is moved over what, smoothly from rest to rest."""

FRONTAL = (Exercise.JUMPING_JACK, Exercise.PULL_UP)
"""Exercises that are filmed from the front."""

USUAL_AZIMUTH_DEG = {exercise: -90.0 if exercise in FRONTAL else 0.0 for exercise in Exercise}


@dataclass(frozen=True)
class Tempo:
    """Seconds out to the turn, there, back, and until the next repetition."""

    out_s: float = 1.0
    hold_s: float = 0.2
    back_s: float = 0.8
    pause_s: float = 0.5


CALM, PLAIN = Tempo(), Form()
BRISK = Tempo(out_s=0.45, hold_s=0.05, back_s=0.45, pause_s=0.08)


def workout(
    exercise: Exercise,
    count: int = 4,
    *,
    tempo: Tempo = CALM,
    form: Form = PLAIN,
    reaches: Sequence[float] = (),
    gives_up_at: float | None = None,
    caves_more_by_deg: float = 0.0,
    lead_in_s: float = 0.6,
) -> Scenario:
    """`count` repetitions of an exercise, and what is true about them.

    Args:
        exercise: what is repeated.
        count: repetitions, unfinished ones included.
        tempo: of every repetition.
        form: of every repetition.
        reaches: how far each repetition goes, 1 = to the form's depth; default: all of them.
        gives_up_at: how far the last one comes back up before the athlete stays there.
        caves_more_by_deg: how much further the knees turn inwards with every repetition.
        lead_in_s: standing still before and after.
    """
    far = np.array(reaches or [1.0] * count)
    once_s = tempo.out_s + tempo.hold_s + tempo.back_s + tempo.pause_s
    starts = lead_in_s + once_s * np.arange(count)
    arrives = starts + tempo.out_s
    leaves = arrives + tempo.hold_s
    ends = leaves + tempo.back_s
    back = np.ones(count)
    if gives_up_at is not None:
        back[-1] = gives_up_at

    def share(t: Array) -> Array:
        way = sum(
            reach * (smooth(t, start, arrive) - rise * smooth(t, leave, end))
            for reach, rise, start, arrive, leave, end in zip(
                far, back, starts, arrives, leaves, ends, strict=True
            )
        )
        return np.asarray(way)

    bent, risen = _postures_on_the_way(exercise, form)

    def body(t: Array) -> Joints:
        number = np.clip(np.searchsorted(starts, t + tempo.pause_s / 2) - 1, 0, count - 1)
        caving = np.asarray(form.caving_deg + caves_more_by_deg * number, dtype=np.float64)
        deep = np.interp(share(t), risen, bent)
        posture = POSTURES[exercise]
        if exercise is not Exercise.LUNGE:
            one = Form(form.depth_deg, form.trunk_deg, form.uneven, caving, form.sag_deg)
            return posture(deep, one, Side.LEFT)
        left, right = (posture(deep, form, side) for side in Side)
        even = (number % 2 == 0)[:, None]
        return {name: np.where(even, left[name], right[name]) for name in left}

    moments = {}
    for number in range(count):
        moments[f"start_{number + 1}"] = float(starts[number])
        moments[f"bottom_{number + 1}"] = float((arrives[number] + leaves[number]) / 2)
        moments[f"end_{number + 1}"] = float(ends[number])
    at_turn = POSTURES[exercise](np.array([0.0, 1.0]), form, Side.LEFT)
    plane = [1, 2] if exercise in FRONTAL else [0, 1]
    rest_deg, depth_deg = (
        float(angle) for angle in _angles(at_turn, *JOINT[exercise], plane=plane)
    )
    return Scenario(
        body,
        float(ends[-1]) + lead_in_s,
        moments_s=moments,
        truth={
            "count": float(count - (gives_up_at is not None)),
            "depth_deg": depth_deg,
            "range_deg": abs(rest_deg - depth_deg),
            "per_minute": 60.0 / once_s,
        },
    )


def _postures_on_the_way(exercise: Exercise, form: Form) -> tuple[Array, Array]:
    """Return postures from rest to the turn, and which share of the height is then gone."""
    posture = np.linspace(0.0, 1.0, 201)
    joints = POSTURES[exercise](posture, form, Side.LEFT)
    upper, lower = (
        np.minimum(*(joints[f"{side}_{part}"][:, 1] for side in Side)) for part in MOVED[exercise]
    )
    height = upper - lower
    return posture, (height - height[0]) / (height[-1] - height[0])


def _angles(joints: Joints, first: str, joint: str, last: str, *, plane: list[int]) -> Array:
    """Angle at the left joint, in the plane that the usual camera sees."""
    one, middle, other = (joints[f"left_{part}"][:, plane] for part in (first, joint, last))
    a, b = one - middle, other - middle
    cosine = (a * b).sum(axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    return np.asarray(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def squats(count: int = 4, period_s: float = 2.0, lowest_deg: float = 90.0) -> Scenario:
    """Even squats seen from the side, hands held in front."""

    def knee_deg(t: Array) -> Array:
        down = (1 - np.cos(2 * np.pi * t / period_s)) / 2
        return 170.0 - (170.0 - lowest_deg) * down

    def body(t: Array) -> dict[str, Array]:
        yaw = np.full(len(t), 90.0)
        pelvis = points(0.0, 0.06 + leg_length(knee_deg(t)), 0.0, t)
        ankles = {
            side: points(0, 0.06, sign * HALF_HIPS, t)
            for side, sign in ((Side.LEFT, 1.0), (Side.RIGHT, -1.0))
        }
        wrists = {
            side: pelvis + points(0.35, 0.35, sign * 0.15, t)
            for side, sign in ((Side.LEFT, 1.0), (Side.RIGHT, -1.0))
        }
        return assemble(
            pelvis, pelvis_yaw_deg=yaw, shoulder_yaw_deg=yaw, ankles=ankles, wrists=wrists
        )

    return Scenario(
        body, count * period_s, truth={"knee_deg": lowest_deg, "per_minute": 60.0 / period_s}
    )
