"""What is said about a set: faults that are there, and none that are not."""

import pytest

from shared.analysis import AgeBand
from shared.results import Exercise, Movement, OverallLevel
from tests.athletes import analysed
from tests.athletes.exercises import Form
from tests.athletes.workout import BRISK, USUAL_AZIMUTH_DEG, Tempo, workout
from worker_service.pipeline.findings.rulebook import rulebooks
from worker_service.pipeline.metrics.workout.exercises import exercises

FRONT_DEG = -90.0
RULES = rulebooks()[Movement.WORKOUT].rule

SHALLOW_DEG = {
    Exercise.SQUAT: 128.0,
    Exercise.LUNGE: 126.0,
    Exercise.PUSH_UP: 120.0,
    Exercise.PULL_UP: 105.0,
    Exercise.JUMPING_JACK: 118.0,
}
"""Clearly short of the depth, as a form's own measure."""


def judged(exercise, *, tempo=None, azimuth_deg=None, age_band=None, **how):
    scenario = workout(exercise, 3, tempo=tempo or Tempo(), **how)
    view = USUAL_AZIMUTH_DEG[exercise] if azimuth_deg is None else azimuth_deg
    track = scenario.filmed(azimuth_deg=view, noise_px=1.0)
    return analysed(track, Movement.WORKOUT, exercise=exercise, age_band=age_band)


def codes(result):
    return {finding.code for finding in result.findings.findings}


@pytest.mark.parametrize("exercise", list(Exercise))
@pytest.mark.parametrize("azimuth_deg", [0.0, FRONT_DEG])
def test_a_sound_set_has_no_findings(exercise, azimuth_deg):
    assert codes(judged(exercise, azimuth_deg=azimuth_deg)) == set()


@pytest.mark.parametrize(("exercise", "depth_deg"), SHALLOW_DEG.items())
def test_shallow_repetitions_are_found(exercise, depth_deg):
    result = judged(exercise, form=Form(depth_deg=depth_deg))
    assert "SHALLOW_REP" in codes(result)
    assert result.value("good_reps") == 0


def test_a_hinge_that_stops_early_and_a_half_sit_up_are_shallow():
    for exercise in (Exercise.DEADLIFT, Exercise.SIT_UP):
        assert "SHALLOW_REP" in codes(judged(exercise, reaches=(0.3, 0.3, 0.3)))


def test_a_finding_points_at_the_bottoms_of_the_repetitions():
    scenario = workout(Exercise.SQUAT, 3, form=Form(depth_deg=130.0))
    result = analysed(scenario.filmed(), Movement.WORKOUT, exercise=Exercise.SQUAT)
    evidence = result.findings.findings[0].evidence
    bottoms = [at_s for key, at_s in scenario.moments_s.items() if key.startswith("bottom")]
    assert min(abs(evidence.scrub_t_s - at_s) for at_s in bottoms) < 0.02
    for frame in evidence.worst_frames:
        assert min(abs(frame.t_s - at_s) for at_s in bottoms) < 0.02


@pytest.mark.parametrize("exercise", [one for one in Exercise if one is not Exercise.JUMPING_JACK])
def test_dropping_down_is_found(exercise):
    first_down = exercises()[exercise].turn == "low"
    tempo = Tempo(out_s=0.35, back_s=0.9) if first_down else Tempo(out_s=0.9, back_s=0.35)
    assert "FAST_DESCENT" in codes(judged(exercise, tempo=tempo))


@pytest.mark.parametrize("exercise", [Exercise.SQUAT, Exercise.PULL_UP])
def test_the_evidence_of_a_drop_is_on_the_way_down(exercise):
    first_down = exercises()[exercise].turn == "low"
    tempo = Tempo(out_s=0.35, back_s=0.9) if first_down else Tempo(out_s=0.9, back_s=0.35)
    result = judged(exercise, tempo=tempo)
    evidence = next(f for f in result.findings.findings if f.code == "FAST_DESCENT").evidence
    turns_s = [one.t_s for one in result.measurement.events if one.type == "rep_bottom"]
    spans = [
        (rep.start_s, turn_s, rep.end_s)
        for rep, turn_s in zip(reps_of(result), turns_s, strict=True)
    ]
    downs = [(start, turn) if first_down else (turn, end) for start, turn, end in spans]
    for at_s in (evidence.scrub_t_s, *(frame.t_s for frame in evidence.worst_frames)):
        assert any(start - 0.01 <= at_s <= end for start, end in downs)


def reps_of(result):
    return [rep for rep in result.measurement.reps if rep.complete]


def test_jumping_jacks_may_be_as_quick_as_one_likes():
    assert codes(judged(Exercise.JUMPING_JACK, tempo=BRISK)) == set()


def test_a_trunk_that_folds_is_found_in_a_squat_and_not_in_a_deadlift():
    assert "TRUNK_FOLD" in codes(judged(Exercise.SQUAT, form=Form(trunk_deg=66.0)))
    assert "TRUNK_FOLD" not in codes(judged(Exercise.DEADLIFT, form=Form(trunk_deg=80.0)))


@pytest.mark.parametrize(("sag_deg", "said"), [(25.0, "hang"), (-30.0, "high")])
def test_hips_out_of_line_are_found_in_a_push_up(sag_deg, said):
    result = judged(Exercise.PUSH_UP, form=Form(sag_deg=sag_deg))
    titles = [one.title for one in result.findings.findings if one.code == "TRUNK_FOLD"]
    assert len(titles) == 1
    assert said in titles[0]


def test_knees_that_drift_in_are_found_and_knees_that_stand_in_are_not():
    drifting = judged(Exercise.SQUAT, azimuth_deg=FRONT_DEG, caves_more_by_deg=5.0)
    standing_in = judged(Exercise.SQUAT, azimuth_deg=FRONT_DEG, form=Form(caving_deg=15.0))
    assert codes(drifting) == {"KNEE_VALGUS_TREND"}
    assert codes(standing_in) == set()


def test_an_uneven_athlete_is_found_from_the_front_only():
    form = Form(uneven=0.5)
    assert "UNEVEN_SIDES" in codes(judged(Exercise.PULL_UP, form=form))
    assert "UNEVEN_SIDES" in codes(judged(Exercise.DEADLIFT, azimuth_deg=FRONT_DEG, form=form))
    assert "UNEVEN_SIDES" not in codes(judged(Exercise.DEADLIFT, form=form))


def test_a_child_is_measured_against_nobody_but_itself():
    shallow = Form(depth_deg=130.0)
    child = judged(Exercise.SQUAT, form=shallow, age_band=AgeBand.UNDER_13)
    assert codes(child) == set()
    assert child.value("knee_at_bottom") == pytest.approx(130.0, abs=2.0)
    uneven = judged(Exercise.PULL_UP, form=Form(uneven=0.5), age_band=AgeBand.UNDER_13)
    assert codes(uneven) == set()
    drifting = judged(
        Exercise.SQUAT, azimuth_deg=FRONT_DEG, caves_more_by_deg=5.0, age_band=AgeBand.UNDER_13
    )
    assert codes(drifting) == {"KNEE_VALGUS_TREND"}


def test_a_clip_without_an_exercise_is_not_judged():
    track = workout(Exercise.SQUAT, 1).filmed()
    result = analysed(track, Movement.WORKOUT)
    assert result.findings.overall_level is OverallLevel.NOT_MEASURABLE


@pytest.mark.parametrize("exercise", list(Exercise))
def test_good_repetitions_and_rules_have_the_same_limits(exercise):
    spec = exercises()[exercise]
    limits = {
        rule.metric: rule.limit
        for rule in RULES
        if rule.code in {"SHALLOW_REP", "FAST_DESCENT"} and exercise in rule.exercises
    }
    assert limits[spec.depth] == spec.good.deepest
    assert limits.get("tempo_down") == spec.good.quickest_down_s
