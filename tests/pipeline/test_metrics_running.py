"""What a runner's strides are measured to be, against what they are."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from shared.analysis import AgeBand
from shared.results import Movement, Reason, Side
from tests.athletes import analysed, running, standing
from worker_service.pipeline.metrics.running.readings import READINGS
from worker_service.pipeline.metrics.table import APP_METRICS, metric_specs
from worker_service.pipeline.track import INDEX, Origin

RUNNING = Movement.RUNNING
FRONT = {"azimuth_deg": -90}
JOINTS = {f"{side}_{joint}" for side in Side for joint in ("hip", "knee", "ankle", "elbow")}

CLEAN = {
    "cadence": 0.1,
    "contact_time": 0.008,
    "flight_time": 0.008,
    "duty_factor": 0.01,
    "vertical_oscillation": 0.003,
    "trunk_lean": 0.1,
    "knee_in_stance": 0.5,
    "knee_at_contact": 1.5,
    "shank_at_contact": 1.0,
    "overstride": 0.02,
    "hip_extension_at_toe_off": 1.5,
    "arm_swing": 0.5,
    "elbow_angle": 0.5,
}
"""Bounds on clean synthetic truth. An angle read where a joint turns fast moves with the event."""

NOISY = {
    "cadence": 0.3,
    "contact_time": 0.012,
    "flight_time": 0.012,
    "duty_factor": 0.02,
    "vertical_oscillation": 0.01,
    "trunk_lean": 0.3,
    "knee_in_stance": 1.5,
    "knee_at_contact": 3.0,
    "shank_at_contact": 3.0,
    "overstride": 0.035,
    "hip_extension_at_toe_off": 3.0,
    "arm_swing": 2.0,
    "elbow_angle": 1.0,
}
"""Median error over recordings with 2.5 px of noise on 500 px of height."""


@lru_cache(maxsize=32)
def metrics(*, seconds=3.0, camera=(), **runner):
    return measured(seconds=seconds, camera=camera, **runner).metrics


def measured(*, seconds=3.0, camera=(), **runner):
    return analysed(running(seconds, **runner).filmed(**dict(camera)), RUNNING).measurement


@pytest.mark.parametrize("over_ground", [False, True])
@pytest.mark.parametrize("key", CLEAN)
def test_a_clean_recording_gives_the_truth(key, over_ground):
    truth = running(over_ground=over_ground).truth[key]
    value = metrics(over_ground=over_ground)[key].value
    assert value == pytest.approx(truth, abs=CLEAN[key])


@pytest.mark.parametrize("rate_hz", [60, 120])
def test_jitter_moves_a_value_by_less_than_its_error_band(rate_hz):
    truth = running().truth
    clips = [running(2.6).filmed(rate_hz=rate_hz, noise_px=2.5, seed=seed) for seed in range(5)]
    found = [analysed(clip, RUNNING) for clip in clips]
    for key, bound in NOISY.items():
        error = np.median([abs(one.value(key) - truth[key]) for one in found])
        assert error <= bound, key
        assert error <= metric_specs(RUNNING)[key].error_band, key


@pytest.mark.parametrize("steps_per_minute", [148.7, 163.3, 181.9, 193.4])
@pytest.mark.parametrize("rate_hz", [15, 30, 60])
def test_cadence_is_right_within_one_step_a_minute(steps_per_minute, rate_hz):
    clip = running(3.3, steps_per_minute=steps_per_minute, contact_s=0.19)
    result = analysed(clip.filmed(rate_hz=rate_hz, noise_px=2.5), RUNNING)
    assert result.value("cadence") == pytest.approx(steps_per_minute, abs=1.0)


def test_cadence_needs_three_cycles():
    found = metrics(seconds=2.0)
    assert found["cadence"].reason is Reason.EVENT_NOT_FOUND
    assert found["contact_time"].value is not None


def test_times_need_60_pictures_a_second_and_angles_30():
    slow, coarse = metrics(camera=(("rate_hz", 30),)), metrics(camera=(("rate_hz", 15),))
    for key in ("contact_time", "flight_time", "duty_factor", "step_time_asymmetry"):
        assert slow[key].reason is Reason.SAMPLE_RATE_TOO_LOW
    assert slow["knee_in_stance"].value == pytest.approx(running().truth["knee_in_stance"], abs=1)
    assert coarse["knee_in_stance"].reason is Reason.SAMPLE_RATE_TOO_LOW
    for key in ("cadence", "trunk_lean", "arm_swing", "elbow_angle"):
        assert coarse[key].value == pytest.approx(metrics()[key].value, abs=0.5)


def test_cadence_follows_a_runner_who_quickens_and_slows():
    even = running(10.0)

    def wavering(t):
        return even.body(t + 0.06 * np.sin(2 * np.pi * t / 7.0))

    result = analysed(replace(even, body=wavering).filmed(noise_px=2.5), RUNNING)
    assert result.value("cadence") == pytest.approx(170.0, abs=1.5)


def test_a_value_is_the_mean_of_both_sides_medians_and_the_chart_shows_each_stride():
    measurement = measured(left_contact_s=0.03, speed_m_s=2.5)
    metric = measurement.metrics["contact_time"]
    whole = [rep for rep in measurement.reps if rep.complete]
    sides = [[rep.values["contact_time"] for rep in whole if rep.side is side] for side in Side]
    assert metric.value == pytest.approx(np.mean([np.median(values) for values in sides]), abs=1e-4)
    assert metric.n == len(whole) == len(metric.series.values)
    assert set(whole[0].values) == set(READINGS)
    assert metric.side is None


def test_the_bounce_is_in_metres_when_the_height_is_known():
    clip = running(3.0)
    known = analysed(clip.filmed(), RUNNING, athlete_height_cm=175).measurement.metrics
    bounce = known["bounce_height"]
    assert bounce.unit == "m"
    assert bounce.value == pytest.approx(clip.truth["vertical_oscillation_m"], abs=0.004)
    assert metrics()["bounce_height"].unit == "height"
    assert known["vertical_oscillation"] == metrics()["vertical_oscillation"]


def test_an_uneven_runner_shows_on_which_side():
    found = metrics(left_contact_s=0.04, left_step_s=0.05, speed_m_s=2.5)
    contact, step = found["contact_time_asymmetry"], found["step_time_asymmetry"]
    assert (contact.side, step.side) == (Side.LEFT, Side.LEFT)
    assert contact.value == pytest.approx(0.04 / 0.23, abs=0.03)
    assert step.value == pytest.approx(0.05 / (60 / 170), abs=0.03)


def test_the_straighter_knee_is_named():
    clip = running(3.0, left_knee_deg=10.0)
    knee = metrics(left_knee_deg=10.0)["knee_asymmetry"]
    difference = clip.truth["left_knee_in_stance"] - clip.truth["right_knee_in_stance"]
    assert knee.side is Side.LEFT
    assert knee.value == pytest.approx(difference, abs=1.0)


@pytest.mark.parametrize("cross_deg", [0.0, 30.0, 75.0])
def test_hands_that_cross_the_body_are_seen_from_the_front_only(cross_deg):
    crossing = metrics(camera=tuple(FRONT.items()), cross_deg=cross_deg)["arm_cross_body"]
    inward_m = 0.26 * np.sin(np.radians(cross_deg)) - 0.18
    assert crossing.value == pytest.approx(inward_m / 0.36, abs=0.06)
    assert metrics(cross_deg=cross_deg)["arm_cross_body"].reason is Reason.VIEW_UNSUITABLE


def test_from_the_front_no_angle_of_the_side_view_is_given():
    found = metrics(camera=tuple(FRONT.items()))
    for key in ("trunk_lean", "knee_in_stance", "shank_at_contact", "overstride", "arm_swing"):
        assert found[key].reason is Reason.VIEW_UNSUITABLE
    assert found["cadence"].value == pytest.approx(170.0, abs=0.5)
    assert measured(camera=tuple(FRONT.items())).joint_angles == {}


def test_joint_angles_run_over_the_stride_of_their_side():
    curves = measured(seconds=4.0).joint_angles
    truth = running().truth
    assert set(curves) == JOINTS
    for curve in curves.values():
        assert (curve.percent[0], curve.percent[-1]) == (0.0, 100.0)
        assert curve.n >= 4
        assert max(curve.sd) < 5.0
    knee = curves["left_knee"].mean
    assert knee[0] == pytest.approx(truth["left_knee_at_contact"], abs=2.0)
    assert knee[0] == pytest.approx(knee[-1], abs=2.0)
    assert min(knee) < 80.0
    assert np.ptp(curves["left_elbow"].mean) < 2.0
    off = round(50 * truth["duty_factor"])
    behind = truth["left_hip_extension_at_toe_off"]
    assert curves["left_hip"].mean[off] == pytest.approx(180.0 + behind, abs=3.0)


def test_a_joint_that_was_hidden_has_no_curve():
    track = running(4.0).filmed()
    track.origin[:, INDEX["left_wrist"]] = Origin.MISSING
    track.visibility[:, INDEX["left_wrist"]] = 0.0
    measurement = analysed(track, RUNNING).measurement
    assert set(measurement.joint_angles) == JOINTS - {"left_elbow"}
    assert measurement.metrics["elbow_angle"].value == pytest.approx(90.0, abs=0.5)


def test_a_far_arm_out_of_sight_leaves_the_near_one():
    track = running(3.0).filmed()
    for part in ("elbow", "wrist"):
        track.xy_px[:, INDEX[f"left_{part}"]] = np.nan
        track.origin[:, INDEX[f"left_{part}"]] = Origin.MISSING
        track.visibility[:, INDEX[f"left_{part}"]] = 0.0
    measurement = analysed(track, RUNNING).measurement
    swing = measurement.metrics["arm_swing"]
    assert swing.value == pytest.approx(60.0, abs=0.5)
    assert swing.n < measurement.metrics["contact_time"].n


def test_the_app_metrics_have_no_meaning_for_a_runner():
    for scenario in (running(3.0), standing(2.0)):
        found = analysed(scenario.filmed(), RUNNING).measurement.metrics
        assert {found[key].reason for key in APP_METRICS} == {Reason.NOT_DEFINED_FOR_MOVEMENT}


def test_values_of_adults_are_not_held_beside_a_child():
    child = analysed(running(3.0).filmed(), RUNNING, age_band=AgeBand.UNDER_13).measurement.metrics
    assert all(metric.reference is None for metric in child.values())
    assert metrics()["cadence"].reference.high == 203


@pytest.mark.parametrize(
    ("azimuth_deg", "view"),
    [(0, "side"), (180, "side"), (45, "oblique"), (-90, "front"), (90, "rear")],
)
def test_the_chest_tells_from_where_a_runner_is_seen(azimuth_deg, view):
    found = analysed(running(2.0).filmed(azimuth_deg=azimuth_deg), RUNNING)
    assert found.quality.view.label == view


def test_every_stride_metric_has_a_row():
    assert set(READINGS) <= set(metric_specs(RUNNING))
