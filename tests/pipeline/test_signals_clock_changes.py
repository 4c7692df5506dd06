"""Slow motion that begins inside a clip."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.analysis import AnalysisSettings
from shared.results import Exercise, Movement, Reason, View, ViewEstimate
from tests.athletes import analysed, delivery, jumps, running, squats
from tests.athletes.workout import BRISK, workout
from worker_service.pipeline.metrics.scene import Scene, Window
from worker_service.pipeline.metrics.table import metric_specs
from worker_service.pipeline.signals.clock_changes import clock_changes_s

SIDE = ViewEstimate(label=View.SIDE, confidence=1.0)


def at(*stretches):
    """Times of pictures at rates for durations: at((60, 2.0), (15, 1.0))."""
    steps = [np.full(round(rate * seconds), 1 / rate) for rate, seconds in stretches]
    return np.r_[0.0, np.cumsum(np.concatenate(steps))]


@pytest.mark.parametrize("slow", [15, 30])
def test_a_slow_part_is_found_where_it_begins_and_ends(slow):
    found = clock_changes_s(at((60, 2.0), (slow, 2.0), (60, 2.0)))
    assert found == pytest.approx((2.0, 4.0), abs=0.05)


@given(st.floats(5, 240), st.floats(1, 5))
def test_an_even_clip_keeps_its_clock(rate_hz, duration_s):
    assert clock_changes_s(at((rate_hz, duration_s))) == ()


@given(st.integers(2, 4), st.sampled_from([24.0, 30.0, 60.0]))
def test_pull_down_is_an_even_clock(keeps_all_but_one_in, rate_hz):
    times = np.arange(0, 5, 1 / rate_hz)
    kept = np.arange(len(times)) % (keeps_all_but_one_in + 1) != 0
    assert clock_changes_s(times[kept]) == ()


def test_single_copies_and_holes_are_no_change():
    times = np.arange(0, 5, 1 / 30)
    assert clock_changes_s(np.delete(times, [30, 31, 60, 90])) == ()
    assert clock_changes_s(np.delete(times, slice(60, 90))) == ()


def test_what_does_not_last_is_no_change():
    assert clock_changes_s(at((60, 2.0), (20, 0.15), (60, 2.0))) == ()


@pytest.mark.parametrize("times", [[], [0.0], [0.0, 0.1]])
def test_a_few_pictures_have_no_rate(times):
    assert clock_changes_s(np.array(times)) == ()


def test_uneven_phones_keep_their_clock():
    steps = np.random.default_rng(1).uniform(0.02, 0.05, 300)
    assert clock_changes_s(np.cumsum(steps)) == ()


@pytest.mark.parametrize("slow_motion_factor", [1.0, 4.0])
def test_nothing_is_measured_across_a_change(slow_motion_factor):
    scenario = delivery()
    track = scenario.filmed(rate_hz=120, slow_motion_factor=slow_motion_factor)
    in_delivery_s = (scenario.moments_s["release"] - 0.05) * slow_motion_factor
    before, across = (
        analysed(replace(track, clock_changes_s=changes), Movement.CRICKET_BOWLING)
        for changes in ((0.02 * slow_motion_factor,), (in_delivery_s,))
    )
    assert np.isfinite(before.value("front_knee_at_release"))
    for key in ("front_knee_at_release", "head_stability_score"):
        assert across.measurement.metrics[key].reason is Reason.CLOCK_CHANGES


RAMP_S = 4.0


def ramped(scenario, factor=4.0):
    """Slow motion from `RAMP_S` on, found where it begins."""
    track = scenario.filmed(rate_hz=120)
    late_s = np.maximum(track.t_s - RAMP_S, 0.0)
    return replace(track, t_s=track.t_s + (factor - 1.0) * late_s, clock_changes_s=(RAMP_S,))


CASES = [
    (workout(Exercise.SQUAT, 6, tempo=BRISK), Movement.WORKOUT, {"exercise": Exercise.SQUAT}),
    (squats(count=8, period_s=1.0), Movement.GENERAL, {}),
    (running(6.0), Movement.RUNNING, {}),
    (jumps((0.3, 0.3, 0.3, 0.3)), Movement.GENERAL, {}),
    (delivery(run_up_s=4.2), Movement.CRICKET_BOWLING, {}),
]


@pytest.mark.parametrize(("scenario", "movement", "asked"), CASES)
def test_no_time_and_no_speed_is_read_off_a_clip_of_two_speeds(scenario, movement, asked):
    steady = analysed(scenario.filmed(rate_hz=120), movement, **asked).measurement.metrics
    result = analysed(ramped(scenario), movement, **asked)
    timed = {key for key, spec in metric_specs(movement).items() if spec.timed}
    lost = {"jump_height"} | timed
    known = {key for key in lost & steady.keys() if steady[key].value is not None}
    assert known
    for key in lost & steady.keys():
        metric = result.measurement.metrics[key]
        assert metric.value is None, key
    assert Reason.CLOCK_CHANGES in {result.measurement.metrics[key].reason for key in known}
    assert not {one.metric for one in result.findings.findings} & lost


def test_an_angle_beside_a_change_of_speed_stays():
    scenario = workout(Exercise.SQUAT, 4)
    asked = {"exercise": Exercise.SQUAT}
    plain, slowed = (
        analysed(track, Movement.WORKOUT, **asked).measurement
        for track in (scenario.filmed(rate_hz=120), ramped(scenario))
    )
    first, last = slowed.reps[0].values, slowed.reps[-1].values
    for values, expected in ((first, plain.reps[0].values), (last, plain.reps[-1].values)):
        assert values["knee_at_bottom"] == pytest.approx(expected["knee_at_bottom"], abs=1.0)


@pytest.mark.parametrize("slow_motion_factor", [1.0, 4.0])
@pytest.mark.parametrize("late_s", [-0.2, 0.0, 0.2])
def test_nothing_is_read_where_a_cut_may_lie(slow_motion_factor, late_s):
    """A cut is known to a quarter of a second of the video."""
    track = squats(count=2).filmed(rate_hz=120, slow_motion_factor=slow_motion_factor)
    cut = replace(track, breaks_s=(4.0,))
    scene = Scene.of(cut, SIDE, AnalysisSettings())
    at_s = (4.0 + late_s) / slow_motion_factor
    for start_s in (at_s, at_s - 0.5):
        reason = scene.refusal("trunk_lean", ("left_hip",), Window(start_s, at_s))
        assert reason is Reason.SCENE_CUT
    early_s = 3.5 / slow_motion_factor
    assert scene.refusal("trunk_lean", ("left_hip",), Window(early_s - 0.2, early_s)) is None


def test_a_delivery_beside_a_cut_is_measured_and_one_across_it_is_not():
    scenario = delivery(run_up_s=2.0)
    track = scenario.filmed(rate_hz=120)
    beside, across = (
        analysed(replace(track, breaks_s=(at_s,)), Movement.CRICKET_BOWLING)
        for at_s in (0.5, scenario.moments_s["release"] - 0.05)
    )
    for key in ("front_knee_at_release", "head_stability_score"):
        assert beside.measurement.metrics[key].value is not None
        assert across.measurement.metrics[key].value is None


@pytest.mark.parametrize("cut_s", [1.2, 1.7, 2.6])
def test_no_repetition_goes_on_from_one_take_to_the_next(cut_s):
    """Two takes of the same athlete, the second joined on where it shows another moment."""
    scenario = workout(Exercise.SQUAT, 3)
    track = scenario.filmed(rate_hz=60)
    first, second = np.flatnonzero(track.t_s < cut_s), np.flatnonzero(track.t_s > 0.9)
    shown = np.r_[first, second]
    columns = ("xy_px", "visibility", "world_m", "origin")
    joined = replace(
        track,
        t_s=np.arange(len(shown)) / 60,
        frame=np.arange(len(shown)),
        breaks_s=((len(first) - 0.5) / 60,),
        **{name: getattr(track, name)[shown] for name in columns},
    )
    result = analysed(joined, Movement.WORKOUT, exercise=Exercise.SQUAT).measurement
    whole = [rep for rep in result.reps if rep.complete]
    assert whole
    for rep in whole:
        assert not rep.start_s < joined.breaks_s[0] < rep.end_s
