"""With the noise of a good pose model: angles at events, moments, cadence, repetitions."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from benchmarks.accuracy.filming import frames_off, noisy, value
from shared.results import EventType, Exercise, Movement, Repetition, Side
from tests.athletes import delivery, jumps, running, squats, stroke, walking
from tests.athletes.workout import USUAL_AZIMUTH_DEG, workout

BOWLING, BATTING = Movement.CRICKET_BOWLING, Movement.CRICKET_BATTING
RUNNING, WORKOUT = Movement.RUNNING, Movement.WORKOUT
KNEES_DEG = (130.0, 150.0, 165.0)

STRAIGHTER_AT_ENDS_DEG = 8.0
"""How much straighter a generated bowler's front knee is at contact and release than between."""

DELIVERY_KNEES = {
    "front_knee_brace_score": 0.0,
    "front_knee_at_contact": STRAIGHTER_AT_ENDS_DEG,
    "front_knee_at_release": STRAIGHTER_AT_ENDS_DEG,
}
RUNNING_ANGLES = ("knee_at_contact", "shank_at_contact", "knee_in_stance")
DEPTHS = {
    Exercise.SQUAT: "knee_at_bottom",
    Exercise.LUNGE: "knee_at_bottom",
    Exercise.DEADLIFT: "hip_at_bottom",
    Exercise.SIT_UP: "hip_at_top",
    Exercise.PUSH_UP: "elbow_at_bottom",
    Exercise.PULL_UP: "elbow_at_top",
    Exercise.JUMPING_JACK: "arms_at_top",
}
STEPS_PER_MINUTE = (140.0, 155.0, 170.0, 185.0, 200.0)
WALKING_STEPS_PER_MINUTE = (100.0, 120.0, 140.0, 160.0)
EDGE_S = 0.3
"""Contacts nearer than this to either end of a clip cannot be told."""

SQUAT_S = 1.6


def bowling_angles(seeds: int) -> Iterator[float]:
    """Yield errors in degrees."""
    for seed in range(seeds):
        for knee_deg in KNEES_DEG:
            metrics = noisy(delivery(knee_deg), BOWLING, seed).measurement.metrics
            for key, straighter_deg in DELIVERY_KNEES.items():
                yield abs(value(metrics, key) - knee_deg - straighter_deg)


def batting_angles(seeds: int) -> Iterator[float]:
    """Yield errors in degrees."""
    for seed in range(seeds):
        for knee_deg in KNEES_DEG:
            metrics = noisy(stroke(knee_deg), BATTING, seed).measurement.metrics
            yield abs(value(metrics, "front_knee_brace_score") - knee_deg)


def running_angles(seeds: int) -> Iterator[float]:
    """Yield errors in degrees."""
    scenario = running(4.0)
    for seed in range(seeds):
        metrics = noisy(scenario, RUNNING, seed).measurement.metrics
        for key in RUNNING_ANGLES:
            yield abs(value(metrics, key) - scenario.truth[key])


def depth(exercise: Exercise, seeds: int) -> Iterator[float]:
    """Yield errors in degrees of how far repetitions of an exercise went."""
    scenario, azimuth_deg = workout(exercise, 3), USUAL_AZIMUTH_DEG[exercise]
    for seed in range(seeds):
        found = noisy(scenario, WORKOUT, seed, exercise=exercise, azimuth_deg=azimuth_deg)
        yield abs(value(found.measurement.metrics, DEPTHS[exercise]) - scenario.truth["depth_deg"])


def bowling_events(seeds: int) -> Iterator[float]:
    """Yield errors in pictures."""
    for seed in range(seeds):
        for knee_deg in KNEES_DEG:
            scenario = delivery(knee_deg)
            events = noisy(scenario, BOWLING, seed).measurement.events
            for kind, true_s in scenario.moments_s.items():
                yield frames_off(events, kind, true_s)


def batting_events(seeds: int) -> Iterator[float]:
    """Yield errors in pictures."""
    for seed in range(seeds):
        for knee_deg in KNEES_DEG:
            scenario = stroke(knee_deg)
            events = noisy(scenario, BATTING, seed).measurement.events
            for kind, true_s in scenario.moments_s.items():
                yield frames_off(events, kind, true_s)


def running_contacts(seeds: int) -> Iterator[float]:
    """Yield errors in pictures."""
    return _running_events(EventType.FOOT_CONTACT, seeds)


def running_toe_offs(seeds: int) -> Iterator[float]:
    """Yield errors in pictures."""
    return _running_events(EventType.TOE_OFF, seeds)


def _running_events(kind: EventType, seeds: int) -> Iterator[float]:
    for seed in range(seeds):
        scenario = running(3.0, steps_per_minute=STEPS_PER_MINUTE[seed % len(STEPS_PER_MINUTE)])
        events = noisy(scenario, RUNNING, seed).measurement.events
        for name, true_s in scenario.moments_s.items():
            inside = EDGE_S < true_s < scenario.duration_s - EDGE_S
            for side in Side:
                if inside and name.startswith(f"{side}_{kind}"):
                    yield frames_off((e for e in events if e.side is side), kind, true_s)


def repetition_turns(seeds: int) -> Iterator[float]:
    """Yield errors in pictures of the middle of every stay at the turn."""
    return _repetition_events({"bottom": EventType.REP_BOTTOM}, seeds)


def repetition_ends(seeds: int) -> Iterator[float]:
    """Yield errors in pictures of where every repetition starts and ends."""
    return _repetition_events({"start": EventType.REP_START, "end": EventType.REP_END}, seeds)


def _repetition_events(kinds: dict[str, EventType], seeds: int) -> Iterator[float]:
    for exercise in Exercise:
        scenario, azimuth_deg = workout(exercise, 3), USUAL_AZIMUTH_DEG[exercise]
        for seed in range(seeds):
            found = noisy(scenario, WORKOUT, seed, exercise=exercise, azimuth_deg=azimuth_deg)
            for name, true_s in scenario.moments_s.items():
                kind = kinds.get(name.split("_")[0])
                if kind is not None:
                    yield frames_off(found.measurement.events, kind, true_s)


def squat_bottoms(seeds: int) -> Iterator[float]:
    """Yield errors in pictures."""
    scenario = squats(4, period_s=SQUAT_S)
    for seed in range(seeds):
        events = noisy(scenario, WORKOUT, seed, exercise=Exercise.SQUAT).measurement.events
        for bottom_s in (np.arange(4) + 0.5) * SQUAT_S:
            yield frames_off(events, EventType.REP_BOTTOM, float(bottom_s))


def jump_events(seeds: int) -> Iterator[float]:
    """Yield errors in pictures."""
    for seed in range(seeds):
        for height_m in (0.2, 0.35, 0.5):
            scenario = jumps((height_m,))
            events = noisy(scenario, Movement.GENERAL, seed).measurement.events
            for kind, true_s in scenario.moments_s.items():
                yield frames_off(events, kind, true_s)


def running_cadence(seeds: int) -> Iterator[float]:
    """Yield errors in steps a minute."""
    for steps in STEPS_PER_MINUTE:
        for seed in range(seeds):
            found = noisy(running(4.0, steps_per_minute=steps), RUNNING, seed)
            yield abs(value(found.measurement.metrics, "cadence") - steps)


def walking_cadence(seeds: int) -> Iterator[float]:
    """Yield errors in steps a minute of the rhythm of strides: walking is not running."""
    for steps in WALKING_STEPS_PER_MINUTE:
        for seed in range(seeds):
            found = noisy(walking(steps, duration_s=6.0), Movement.GENERAL, seed)
            yield abs(2 * value(found.measurement.metrics, "movement_tempo") - steps)


def repetitions_named(seeds: int) -> Iterator[float]:
    """Yield how many repetitions too many or too few were found."""
    for exercise in Exercise:
        yield from _miscounted(exercise, seeds, exercise=exercise)


def repetitions_guessed(seeds: int) -> Iterator[float]:
    """Yield the same when nobody says which exercise it is."""
    for exercise in Exercise:
        yield from _miscounted(exercise, seeds)


def repetition_unfinished(seeds: int) -> Iterator[float]:
    """Yield by how many the complete repetitions are miscounted."""
    scenario = workout(Exercise.SQUAT, 3, gives_up_at=0.4)
    for seed in range(seeds):
        reps = noisy(scenario, WORKOUT, seed, exercise=Exercise.SQUAT).measurement.reps
        yield abs(_complete(reps) - scenario.truth["count"])


def _miscounted(done: Exercise, seeds: int, **settings: object) -> Iterator[float]:
    for seed in range(seeds):
        scenario = workout(done, 3 + seed % 3)
        azimuth_deg = USUAL_AZIMUTH_DEG[done]
        found = noisy(scenario, WORKOUT, seed, azimuth_deg=azimuth_deg, **settings)
        yield abs(_complete(found.measurement.reps) - scenario.truth["count"])


def _complete(reps: tuple[Repetition, ...]) -> int:
    return sum(rep.complete for rep in reps)


CHECKS: dict[str, Callable[[int], Iterator[float]]] = {
    "bowling_angles": bowling_angles,
    "batting_angles": batting_angles,
    "running_angles": running_angles,
    **{f"{exercise}_depth": partial(depth, exercise) for exercise in Exercise},
    "bowling_events": bowling_events,
    "batting_events": batting_events,
    "running_contacts": running_contacts,
    "running_toe_offs": running_toe_offs,
    "repetition_turns": repetition_turns,
    "repetition_ends": repetition_ends,
    "squat_bottoms": squat_bottoms,
    "jump_events": jump_events,
    "running_cadence": running_cadence,
    "walking_cadence": walking_cadence,
    "repetitions_named": repetitions_named,
    "repetitions_guessed": repetitions_guessed,
    "repetition_unfinished": repetition_unfinished,
}
