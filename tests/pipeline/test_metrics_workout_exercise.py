"""Which exercise a clip repeats: told when it is clear, and never guessed."""

import numpy as np
import pytest

from shared.results import Exercise, Movement, Reason
from tests.athletes import analysed, delivery, squats, standing, stroke, walking
from tests.athletes.workout import BRISK, USUAL_AZIMUTH_DEG, workout
from worker_service.pipeline.metrics.table import metric_specs
from worker_service.pipeline.metrics.workout.body import READ_FROM, Body
from worker_service.pipeline.metrics.workout.classify import infer
from worker_service.pipeline.metrics.workout.exercises import exercises
from worker_service.pipeline.track import INDEX


def inferred(scenario, **camera):
    return infer(Body.of(scenario.filmed(**camera)))


@pytest.mark.parametrize("exercise", list(Exercise))
@pytest.mark.parametrize("azimuth_deg", [0.0, -40.0, -90.0, -140.0, 90.0])
def test_every_exercise_is_told_from_every_side_that_shows_it(exercise, azimuth_deg):
    seen = inferred(workout(exercise, 3), azimuth_deg=azimuth_deg, rate_hz=15, noise_px=2.5)
    from_the_side = exercise is Exercise.JUMPING_JACK and azimuth_deg == 0.0
    assert seen is (None if from_the_side else exercise)


@pytest.mark.parametrize("exercise", list(Exercise))
def test_quick_repetitions_are_told_at_5_pictures_a_second(exercise):
    scenario = workout(exercise, 5, tempo=BRISK)
    assert inferred(scenario, azimuth_deg=USUAL_AZIMUTH_DEG[exercise], rate_hz=5) is exercise


@pytest.mark.parametrize("exercise", list(Exercise))
def test_once_may_be_anything(exercise):
    assert inferred(workout(exercise, 1), azimuth_deg=USUAL_AZIMUTH_DEG[exercise]) is None


@pytest.mark.parametrize(
    "scenario", [walking(), walking(160.0), standing(3.0), delivery(), stroke()]
)
@pytest.mark.parametrize("azimuth_deg", [0.0, -90.0])
def test_what_is_no_exercise_is_given_none(scenario, azimuth_deg):
    assert inferred(scenario, azimuth_deg=azimuth_deg, noise_px=1.5) is None


def test_without_an_exercise_nothing_is_measured_and_the_reason_is_given():
    result = analysed(walking().filmed(), Movement.WORKOUT)
    assert result.measurement.exercise is None
    assert result.measurement.reps == ()
    reasons = {metric.reason for metric in result.measurement.metrics.values()}
    assert reasons == {Reason.EVENT_NOT_FOUND, Reason.NOT_DEFINED_FOR_MOVEMENT}


def test_what_the_coach_says_wins():
    track = workout(Exercise.SQUAT, 1).filmed()
    assert analysed(track, Movement.WORKOUT).measurement.exercise is None
    named = analysed(track, Movement.WORKOUT, exercise=Exercise.SQUAT)
    assert named.measurement.exercise is Exercise.SQUAT
    assert named.value("rep_count") == 1


def test_squats_are_no_lunges_even_when_called_so():
    named = analysed(squats().filmed(), Movement.WORKOUT, exercise=Exercise.LUNGE)
    assert named.measurement.reps == ()
    assert named.measurement.metrics["rep_count"].reason is Reason.EVENT_NOT_FOUND


def test_hidden_hands_leave_a_push_up_untold():
    track = workout(Exercise.PUSH_UP, 3).filmed()
    for side in ("left", "right"):
        track.xy_px[:, INDEX[f"{side}_wrist"]] = np.nan
    assert infer(Body.of(track)) is None


@pytest.mark.parametrize("exercise", list(Exercise))
def test_the_table_names_curves_and_metrics_that_exist(exercise):
    spec = exercises()[exercise]
    curves = Body.of(standing(0.5).filmed()).curves
    named = {sign.of for sign in (*spec.posture, *spec.told_by)}
    named |= {sign.per for sign in spec.told_by if sign.per}
    assert named | {spec.drive} <= set(curves)
    assert spec.drive in READ_FROM
    assert {spec.depth, *spec.also} <= set(metric_specs(Movement.WORKOUT))
