"""Repetitions counted and measured, on athletes whose every repetition is known."""

from dataclasses import replace

import numpy as np
import pytest

from shared.results import EventType, Exercise, Movement, Reason, Side
from tests.athletes import analysed, delivery, squats, standing, walking
from tests.athletes.exercises import Form
from tests.athletes.workout import BRISK, FRONTAL, USUAL_AZIMUTH_DEG, Tempo, workout
from worker_service.pipeline.metrics.table import APP_METRICS
from worker_service.pipeline.metrics.workout.exercises import exercises

NOISE_PX = 2.5
"""At 320 px a metre the athlete is about 540 px tall."""

FRAME_S = 1 / 60
OBLIQUE_DEG = -40.0


def measured(scenario, exercise=None, **camera):
    if exercise is not None:
        camera.setdefault("azimuth_deg", USUAL_AZIMUTH_DEG[exercise])
    return analysed(scenario.filmed(**camera), Movement.WORKOUT, exercise=exercise)


def complete(result):
    return [rep for rep in result.measurement.reps if rep.complete]


def times_s(result, kind):
    return np.array([event.t_s for event in result.measurement.events if event.type is kind])


def errors_s(result, scenario):
    """Return how late every event of every repetition was found."""
    kinds = {"start": "rep_start", "bottom": "rep_bottom", "end": "rep_end"}
    late = []
    for moment, kind in kinds.items():
        true = [at_s for key, at_s in scenario.moments_s.items() if key.startswith(moment)]
        late.append(times_s(result, EventType(kind)) - true)
    return np.concatenate(late)


@pytest.mark.parametrize("exercise", list(Exercise))
@pytest.mark.parametrize("rate_hz", [5, 15, 60])
def test_every_repetition_is_counted_under_noise(exercise, rate_hz):
    result = measured(workout(exercise, 4), exercise, rate_hz=rate_hz, noise_px=NOISE_PX)
    assert len(complete(result)) == len(result.measurement.reps) == 4
    assert result.value("rep_count") == 4


@pytest.mark.parametrize("exercise", list(Exercise))
@pytest.mark.parametrize("azimuth_deg", [-90.0, OBLIQUE_DEG])
def test_quick_repetitions_are_counted_through_gaps_from_any_side(exercise, azimuth_deg):
    result = measured(
        workout(exercise, 6, tempo=BRISK),
        exercise,
        azimuth_deg=azimuth_deg,
        rate_hz=30,
        noise_px=NOISE_PX,
        gaps_s=((1.0, 1.25), (2.6, 2.85)),
    )
    assert result.value("rep_count") == 6


@pytest.mark.parametrize("exercise", list(Exercise))
def test_events_are_found_within_a_picture_of_60_under_noise(exercise):
    scenario = workout(exercise, 4)
    clear, noisy = (measured(scenario, exercise, noise_px=noise) for noise in (0.0, NOISE_PX))
    assert np.abs(errors_s(clear, scenario)).max() <= 0.005
    assert np.median(np.abs(errors_s(noisy, scenario))) <= FRAME_S


@pytest.mark.parametrize("tempo", [Tempo(2.0, 0.0, 1.0, 0.0), Tempo(1.0, 1.5, 0.6, 2.0)])
def test_uneven_tempo_moves_no_event(tempo):
    scenario = workout(Exercise.SQUAT, 3, tempo=tempo)
    assert np.abs(errors_s(measured(scenario), scenario)).max() <= FRAME_S


def test_swings_without_rest_are_counted_and_turn_where_they_turn():
    result = measured(squats(count=4, period_s=2.0))
    assert result.value("rep_count") == 4
    assert times_s(result, EventType.REP_BOTTOM) == pytest.approx([1, 3, 5, 7], abs=FRAME_S)
    nearly_straight_legs_lower_nobody_s = 0.1
    starts = pytest.approx([0, 2, 4, 6], abs=nearly_straight_legs_lower_nobody_s)
    assert times_s(result, EventType.REP_START) == starts


@pytest.mark.parametrize("seed", range(4))
def test_noise_moves_no_turn_of_swings_without_rest(seed):
    result = measured(squats(count=4, period_s=1.6), noise_px=NOISE_PX, seed=seed)
    assert times_s(result, EventType.REP_BOTTOM) == pytest.approx([0.8, 2.4, 4.0, 5.6], abs=FRAME_S)


@pytest.mark.parametrize("exercise", list(Exercise))
def test_a_repetition_the_athlete_does_not_finish_is_not_counted(exercise):
    result = measured(workout(exercise, 3, gives_up_at=0.4), exercise, noise_px=NOISE_PX)
    assert [rep.complete for rep in result.measurement.reps] == [True, True, False]
    assert result.value("rep_count") == 2
    assert result.measurement.reps[-1].values == {}
    assert len(times_s(result, EventType.REP_BOTTOM)) == 3
    assert len(times_s(result, EventType.REP_END)) == 2


@pytest.mark.parametrize("ends_s", [6.2, 6.75, 7.1])
def test_a_clip_that_ends_inside_a_repetition_has_one_unfinished(ends_s):
    track = workout(Exercise.SQUAT, 3).filmed()
    kept = np.flatnonzero(track.t_s <= ends_s)[-1] + 1
    result = analysed(shortened(track, 0, kept), Movement.WORKOUT)
    assert [rep.complete for rep in result.measurement.reps] == [True, True, False]
    assert result.measurement.reps[-1].end_s == pytest.approx(ends_s, abs=0.1)


def test_a_clip_that_begins_inside_a_repetition_has_one_unfinished():
    track = workout(Exercise.SQUAT, 3).filmed()
    result = analysed(shortened(track, 80, len(track)), Movement.WORKOUT)
    assert [rep.complete for rep in result.measurement.reps] == [False, True, True]
    assert len(times_s(result, EventType.REP_START)) == 2


def shortened(track, first, last):
    names = ("t_s", "frame", "xy_px", "visibility", "world_m", "origin")
    return replace(track, **{name: getattr(track, name)[first:last] for name in names})


def test_half_repetitions_count_and_fidgeting_between_them_does_not():
    result = measured(workout(Exercise.SQUAT, 5, reaches=(1.0, 0.5, 0.12, 1.0, 0.6)))
    assert result.value("rep_count") == 4


@pytest.mark.parametrize("exercise", list(Exercise))
def test_depth_and_range_are_those_of_the_athlete(exercise):
    scenario, key = workout(exercise, 4), exercises()[exercise].depth
    clear, noisy = (measured(scenario, exercise, noise_px=noise) for noise in (0.0, NOISE_PX))
    assert clear.value(key) == pytest.approx(scenario.truth["depth_deg"], abs=0.5)
    assert clear.value("range_of_motion") == pytest.approx(scenario.truth["range_deg"], abs=1.0)
    assert noisy.value(key) == pytest.approx(scenario.truth["depth_deg"], abs=3.0)


@pytest.mark.parametrize("exercise", list(Exercise))
def test_tempo_is_told_by_going_up_and_down(exercise):
    tempo = Tempo(out_s=1.4, hold_s=0.3, back_s=0.7, pause_s=0.6)
    result = measured(workout(exercise, 3, tempo=tempo), exercise, noise_px=1.0)
    first, second = "tempo_down", "tempo_up"
    if exercise in (Exercise.SIT_UP, Exercise.PULL_UP, Exercise.JUMPING_JACK):
        first, second = second, first
    assert result.value(first) == pytest.approx(1.4, abs=0.1)
    assert result.value(second) == pytest.approx(0.7, abs=0.1)
    assert result.value("tempo_hold") == pytest.approx(0.3, abs=0.1)
    assert result.value("tempo_pause") == pytest.approx(0.6, abs=0.1)
    assert result.value("rep_rate") == pytest.approx(20.0, abs=0.3)


def test_a_metric_has_the_median_the_spread_and_the_value_of_each_repetition():
    result = measured(workout(Exercise.SQUAT, 3, reaches=(1.0, 0.8, 0.6)))
    metric = result.measurement.metrics["knee_at_bottom"]
    each = [rep.values["knee_at_bottom"] for rep in result.measurement.reps]
    assert metric.n == 3
    assert metric.value == pytest.approx(np.median(each), abs=1e-3)
    assert metric.spread == pytest.approx(np.std(each, ddof=1), abs=1e-3)
    assert metric.series.values == each
    assert each == sorted(each)


def test_good_repetitions_are_deep_and_slow_enough():
    shallow = measured(workout(Exercise.SQUAT, 4, reaches=(1.0, 0.6, 1.0, 0.5)))
    assert (shallow.value("rep_count"), shallow.value("good_reps")) == (4, 2)
    dropped = measured(workout(Exercise.SQUAT, 3, tempo=Tempo(out_s=0.45)))
    assert (dropped.value("rep_count"), dropped.value("good_reps")) == (3, 0)


@pytest.mark.parametrize("exercise", [one for one in Exercise if one not in FRONTAL])
def test_from_the_front_no_depth_is_made_up(exercise):
    metrics = measured(workout(exercise, 3), exercise, azimuth_deg=-90.0).measurement.metrics
    for key in (exercises()[exercise].depth, "range_of_motion", "good_reps"):
        assert metrics[key].reason is Reason.VIEW_UNSUITABLE
    assert metrics["rep_count"].value == 3


def test_an_oblique_view_widens_the_error_of_the_knee_to_15_degrees():
    side, oblique = (
        measured(workout(Exercise.SQUAT, 3), azimuth_deg=azimuth) for azimuth in (0.0, OBLIQUE_DEG)
    )
    bands = [one.measurement.metrics["knee_at_bottom"].error_band for one in (side, oblique)]
    assert bands == pytest.approx([6.4, 15.1], abs=0.05)


@pytest.mark.parametrize("exercise", [one for one in Exercise if exercises()[one].even])
def test_the_side_that_goes_less_is_named_from_the_front(exercise):
    form = Form(uneven=0.3)
    result = measured(workout(exercise, 3, form=form), exercise, azimuth_deg=-90.0)
    metric = result.measurement.metrics["side_symmetry"]
    assert metric.side is Side.RIGHT
    assert metric.value < 0.92
    even = measured(workout(exercise, 3), exercise, azimuth_deg=-90.0)
    assert even.value("side_symmetry") == pytest.approx(1.0, abs=0.01)


def test_from_the_side_both_sides_cannot_be_compared():
    metric = measured(workout(Exercise.SQUAT, 3)).measurement.metrics["side_symmetry"]
    assert metric.reason is Reason.VIEW_UNSUITABLE


def test_the_front_leg_of_every_lunge_is_known_and_measured():
    result = measured(workout(Exercise.LUNGE, 4), noise_px=1.0)
    sides = [rep.side for rep in result.measurement.reps]
    assert sides == [Side.LEFT, Side.RIGHT, Side.LEFT, Side.RIGHT]


@pytest.mark.parametrize("sag_deg", [-20.0, 0.0, 20.0])
def test_hips_that_sag_or_stay_high_bend_the_line_of_a_push_up(sag_deg):
    result = measured(workout(Exercise.PUSH_UP, 3, form=Form(sag_deg=sag_deg)))
    assert result.value("body_line") == pytest.approx(-sag_deg, abs=1.0)


def test_knees_that_move_in_from_repetition_to_repetition_are_a_trend():
    drifting = measured(workout(Exercise.SQUAT, 5, caves_more_by_deg=3.0), azimuth_deg=-90.0)
    always = measured(workout(Exercise.SQUAT, 5, form=Form(caving_deg=12.0)), azimuth_deg=-90.0)
    assert drifting.value("knee_valgus_trend") > 8.0
    assert always.value("knee_valgus_trend") == pytest.approx(0.0, abs=0.5)


def test_two_squats_are_no_trend_and_no_pace():
    metrics = measured(workout(Exercise.SQUAT, 2), azimuth_deg=-90.0).measurement.metrics
    assert metrics["knee_valgus_trend"].reason is Reason.EVENT_NOT_FOUND
    assert metrics["rep_rate"].reason is Reason.EVENT_NOT_FOUND


def test_what_has_no_meaning_for_an_exercise_says_so():
    metrics = measured(workout(Exercise.SQUAT, 3)).measurement.metrics
    for key in (*APP_METRICS, "elbow_at_bottom", "body_line", "leg_spread"):
        assert metrics[key].reason is Reason.NOT_DEFINED_FOR_MOVEMENT


def test_a_bottom_out_of_sight_is_counted_and_not_measured():
    scenario = workout(Exercise.SQUAT, 3)
    hidden = scenario.moments_s["bottom_2"]
    result = measured(scenario, gaps_s=((hidden - 0.2, hidden + 0.2),))
    assert result.value("rep_count") == 3
    assert result.measurement.reps[1].values["knee_at_bottom"] is None
    assert result.measurement.metrics["knee_at_bottom"].n == 2
    assert result.measurement.metrics["good_reps"].reason is Reason.LANDMARKS_HIDDEN


def test_tempo_is_missing_where_the_clip_changes_its_speed():
    scenario = workout(Exercise.SQUAT, 3)
    changed = replace(scenario.filmed(), clock_changes_s=(scenario.moments_s["bottom_2"],))
    result = analysed(changed, Movement.WORKOUT)
    assert all(rep.values["tempo_down"] is None for rep in result.measurement.reps)
    assert result.measurement.metrics["tempo_down"].reason is Reason.CLOCK_CHANGES
    assert result.measurement.metrics["rep_rate"].reason is Reason.CLOCK_CHANGES


def test_who_only_stands_does_no_squats_even_when_told_so():
    result = measured(standing(4.0), Exercise.SQUAT, noise_px=1.5)
    assert result.measurement.reps == ()
    assert result.measurement.metrics["rep_count"].reason is Reason.NO_MOVEMENT


@pytest.mark.parametrize("scenario", [walking(), delivery()])
@pytest.mark.parametrize("exercise", list(Exercise))
def test_other_movements_are_never_counted_as_an_exercise(scenario, exercise):
    result = measured(scenario, exercise, azimuth_deg=0.0)
    assert complete(result) == []


@pytest.mark.parametrize("exercise", [Exercise.SQUAT, Exercise.PULL_UP])
def test_a_way_is_looked_at_where_it_begins(exercise):
    result = measured(workout(exercise, 3), exercise)
    starts, turns = (times_s(result, EventType(kind)) for kind in ("rep_start", "rep_bottom"))
    begins = {"tempo_down": starts, "tempo_up": turns}
    if exercises()[exercise].turn == "high":
        begins = {"tempo_down": turns, "tempo_up": starts}
    for key, moments in begins.items():
        assert [rep.at_s[key] for rep in complete(result)] == pytest.approx(moments, abs=0.001), key
