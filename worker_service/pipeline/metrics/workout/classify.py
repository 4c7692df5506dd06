"""Which repetitions are of an exercise, and which exercise a clip repeats."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shared.results import Exercise, Side
from worker_service.pipeline.metrics.workout.cycle import Cycle
from worker_service.pipeline.metrics.workout.cycles import find_cycles
from worker_service.pipeline.metrics.workout.exercises import ExerciseSpec, Sign, exercises
from worker_service.pipeline.signals.known import median

if TYPE_CHECKING:
    from worker_service.pipeline.metrics.workout.body import Body

TYPICAL = 0.35
"""Share of the usual travel that a repetition must have: the rest is fidgeting between them."""

LEAST_PX = 10.0
"""The pose model's jitter of 2.5 px makes a standing athlete's heights swing by this much; it is a
quarter of the torso of somebody 130 px tall."""

FEWEST = 2
"""Once may be anything: what nobody named must be done twice to be known."""

MOSTLY = 0.6
"""Share of the complete repetitions that must show what tells an exercise from the others."""


@dataclass(frozen=True, slots=True)
class Repeated:
    """One repetition of an exercise; `front` is the leg ahead where the exercise has one."""

    cycle: Cycle
    front: Side | None = None


def repetitions(body: "Body", spec: ExerciseSpec) -> list[Repeated]:
    """Return every repetition of this exercise, unfinished ones included, in order."""
    least = max(spec.least_travel, LEAST_PX / body.length_px)
    found = _like(body, spec, _cycles(body, spec, least))
    usual = median(np.array([one.travel for one in found if one.complete]))
    if TYPICAL * usual > least:
        found = _like(body, spec, _cycles(body, spec, TYPICAL * usual))
    return [Repeated(one, _front(body, one) if spec.front_leg else None) for one in found]


def _cycles(body: "Body", spec: ExerciseSpec, least: float) -> list[Cycle]:
    outwards = 1 if spec.turn == "high" else -1
    return find_cycles(body.t_s, outwards * body.curves[spec.drive], least=least)


def infer(body: "Body") -> Exercise | None:
    """Return the one exercise that the clip repeats; None when it is none or could be two."""
    fitting = [exercise for exercise, spec in exercises().items() if _is_told(body, spec)]
    return fitting[0] if len(fitting) == 1 else None


def _is_told(body: "Body", spec: ExerciseSpec) -> bool:
    whole = [one.cycle for one in repetitions(body, spec) if one.cycle.complete]
    told = [one for one in whole if _shows(body, one, spec.told_by)]
    return len(told) >= FEWEST and len(told) >= MOSTLY * len(whole)


def _like(body: "Body", spec: ExerciseSpec, cycles: list[Cycle]) -> list[Cycle]:
    """Keep what looks like the exercise wherever it was seen."""
    return [one for one in cycles if one.known and _shows(body, one, spec.posture)]


def _shows(body: "Body", cycle: Cycle, signs: tuple[Sign, ...]) -> bool:
    """Tell whether all signs hold; one whose moment was not seen is left open."""
    return all(_holds(body, cycle, sign) for sign in signs)


def _holds(body: "Body", cycle: Cycle, sign: Sign) -> bool:
    rest_s = cycle.start_s if cycle.start_s is not None else cycle.end_s
    turn_s = cycle.turn_s
    if (rest_s is None and sign.at != "turn") or (turn_s is None and sign.at != "rest"):
        return True
    value = _value(body, sign.of, sign.at, rest_s, turn_s)
    if sign.per is not None:
        change = _value(body, sign.per, sign.at, rest_s, turn_s)
        value = value / change if change else float("nan")
    return sign.holds(value)


def _value(body: "Body", name: str, at: str, rest_s: float | None, turn_s: float | None) -> float:
    at_rest = body.at(name, rest_s) if at != "turn" and rest_s is not None else 0.0
    at_turn = body.at(name, turn_s) if at != "rest" and turn_s is not None else 0.0
    return at_rest if at == "rest" else at_turn - at_rest


def _front(body: "Body", cycle: Cycle) -> Side | None:
    turn_s = cycle.turn_s
    return None if turn_s is None else body.front_leg(turn_s)
