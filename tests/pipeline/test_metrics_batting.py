"""A stroke with known truth."""

from dataclasses import replace

import numpy as np
import pytest

from shared.results import EventType, Movement, Reason, Severity, Side
from tests.athletes import analysed, delivery, standing, stroke, walking
from worker_service.pipeline.metrics.cricket.rotation import separation
from worker_service.pipeline.signals.motion import Motion
from worker_service.pipeline.track import INDEX

BATTING = Movement.CRICKET_BATTING


def batted(scenario=None, *, settings=None, **camera):
    return analysed((scenario or stroke()).filmed(**camera), BATTING, **(settings or {}))


@pytest.mark.parametrize("rate_hz", [30, 60, 240])
@pytest.mark.parametrize(
    ("event", "tolerance_s"),
    [
        ("backlift_top", 0.07),
        ("downswing_start", 0.03),
        ("front_foot_plant", 0.02),
        ("contact", 0.02),
    ],
)
def test_events_are_where_they_happened(rate_hz, event, tolerance_s):
    found = batted(rate_hz=rate_hz).at_s(event)
    assert found == pytest.approx(stroke().moments_s[event], abs=tolerance_s)


def test_a_stroke_begins_with_the_stance_and_ends_with_the_follow_through():
    kinds = [event.type for event in batted().measurement.events]
    assert kinds[0] is EventType.STANCE
    assert kinds[-1] is EventType.FOLLOW_THROUGH
    assert len(batted().measurement.reps) == 1


@pytest.mark.parametrize("knee_deg", [125.0, 140.0, 155.0])
def test_the_front_knee_at_contact_is_found(knee_deg):
    assert batted(stroke(knee_deg)).value("front_knee_brace_score") == pytest.approx(
        knee_deg, abs=1.0
    )


def test_sway_of_the_head_lowers_head_stability():
    still, swaying = batted(), batted(stroke(sway_m=0.08))
    assert swaying.value("head_stability_score") > 1.3 * still.value("head_stability_score")
    assert swaying.score("head_stability_score") < still.score("head_stability_score")


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_front_side_is_read_from_grip_and_face(mirrored):
    knee = batted(mirrored=mirrored).measurement.metrics["front_knee_brace_score"]
    assert knee.side is (Side.RIGHT if mirrored else Side.LEFT)


def test_given_handedness_wins():
    knee = batted(settings={"handedness": "left"}).measurement.metrics["front_knee_brace_score"]
    assert knee.side is Side.RIGHT


def test_a_side_that_cannot_be_told_is_said_to_be_unknown():
    metrics = batted(azimuth_deg=90, settings={"camera_view": "side"}).measurement.metrics
    assert metrics["front_knee_brace_score"].reason is Reason.SIDE_UNKNOWN
    assert metrics["elbow_drop_score"].reason is Reason.SIDE_UNKNOWN


@pytest.mark.parametrize("lead_s", [-0.05, 0.0, 0.05])
def test_hips_before_shoulders_is_a_positive_time(lead_s):
    result = batted(stroke(turn_deg=70.0, lead_s=lead_s), rate_hz=120, azimuth_deg=60)
    assert result.value("hip_shoulder_separation_timing") == pytest.approx(lead_s, abs=0.015)


def test_hip_and_shoulder_timing_needs_60_pictures_a_second():
    result = batted(stroke(turn_deg=70.0), rate_hz=30, azimuth_deg=60)
    metric = result.measurement.metrics["hip_shoulder_separation_timing"]
    assert metric.reason is Reason.SAMPLE_RATE_TOO_LOW


def test_hip_and_shoulder_timing_is_missing_without_a_turn():
    metric = batted(azimuth_deg=60).measurement.metrics["hip_shoulder_separation_timing"]
    assert metric.reason is Reason.NO_MOVEMENT


def test_hip_and_shoulder_timing_cannot_be_seen_from_the_side():
    metric = batted(stroke(turn_deg=70.0)).measurement.metrics["hip_shoulder_separation_timing"]
    assert metric.reason is Reason.VIEW_UNSUITABLE


def test_hands_that_are_not_together_hold_no_bat():
    result = batted(delivery())
    assert result.measurement.events == ()
    assert {m.reason for m in result.measurement.metrics.values()} == {Reason.EVENT_NOT_FOUND}


@pytest.mark.parametrize("scenario", [standing(), walking()])
def test_who_does_not_swing_plays_no_stroke(scenario):
    result = batted(scenario)
    assert result.measurement.events == ()
    assert all(metric.value is None for metric in result.measurement.metrics.values())


@pytest.mark.parametrize(
    ("scenario", "reason"),
    [(walking(), Reason.EVENT_NOT_FOUND), (standing(), Reason.NO_MOVEMENT)],
    ids=["walks", "stands"],
)
def test_only_who_keeps_still_is_said_not_to_move(scenario, reason):
    metrics = batted(scenario).measurement.metrics
    assert {metric.reason for metric in metrics.values()} == {reason}


@pytest.mark.parametrize("knee_deg", [75.0, 82.0, 90.0])
def test_a_sweep_has_no_front_knee_to_judge(knee_deg):
    result = batted(stroke(knee_deg))
    knee = result.measurement.metrics["front_knee_brace_score"]
    assert knee.reason is Reason.NOT_DEFINED_FOR_MOVEMENT
    assert np.isfinite(result.value("elbow_drop_score"))
    assert "KNEE_COLLAPSE" not in {one.code for one in result.findings.findings}


def test_a_bent_front_leg_of_an_upright_stroke_is_never_more_than_low():
    (knee,) = [one for one in batted(stroke(97.0)).findings.findings if one.code == "KNEE_COLLAPSE"]
    assert knee.severity is Severity.LOW
    assert "Sweeps" in knee.why_it_matters


def test_contact_hidden_by_a_gap_is_not_guessed():
    result = batted(gaps_s=((1.35, 1.85),))
    assert np.isnan(result.at_s("contact"))


def test_at_15_pictures_a_second_the_slow_metrics_remain():
    metrics = batted(rate_hz=15).measurement.metrics
    assert metrics["head_stability_score"].value is not None
    assert metrics["balance_drift_score"].value is not None
    assert metrics["elbow_drop_score"].reason is Reason.SAMPLE_RATE_TOO_LOW


def test_pelvis_and_shoulders_of_one_swing_are_not_half_a_second_apart():
    part = Motion.of(stroke(turn_deg=70.0, lead_s=0.4).filmed(azimuth_deg=60))
    assert separation(part) is Reason.NOT_PLAUSIBLE


def test_a_trunk_that_was_not_seen_has_no_timing():
    track = stroke(turn_deg=70.0).filmed()
    track.world_m[:, INDEX["left_hip"]] = np.nan
    assert separation(Motion.of(track)) is Reason.LANDMARKS_HIDDEN


def test_a_slow_turn_has_no_timing():
    track = stroke(turn_deg=70.0).filmed(rate_hz=60)
    slow = replace(track, t_s=8.0 * track.t_s)
    assert separation(Motion.of(slow)) is Reason.NO_MOVEMENT


def test_a_stroke_without_a_stride_has_no_plant():
    track = stroke().filmed()
    for name in ("left_ankle", "left_heel", "left_foot_index"):
        track.xy_px[:, INDEX[name]] = track.xy_px[-1, INDEX[name]]
    result = analysed(track, BATTING)
    assert np.isnan(result.at_s("front_foot_plant"))
    assert np.isfinite(result.at_s("contact"))


@pytest.mark.parametrize("rate_hz", [60, 120, 240])
@pytest.mark.parametrize("mirrored", [False, True])
def test_stance_stride_backlift_and_downswing_are_what_they_were(rate_hz, mirrored):
    truth = stroke().truth
    result = batted(rate_hz=rate_hz, mirrored=mirrored)
    height_m = truth["stance_m"] / result.value("stance_width")
    assert height_m == pytest.approx(1.8, rel=0.06)
    assert result.value("stride_length") * height_m == pytest.approx(truth["stride_m"], abs=0.01)
    assert result.value("backlift_angle") == pytest.approx(truth["backlift_deg"], abs=1.0)
    assert result.value("downswing_time") == pytest.approx(truth["downswing_s"], abs=0.01)


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_head_is_behind_the_front_foot_where_it_was(mirrored):
    track = stroke().filmed(rate_hz=240, mirrored=mirrored, px_per_m=300)
    at = int(np.abs(track.t_s - stroke().moments_s["contact"]).argmin())
    front = "right" if mirrored else "left"
    foot = (track.point(f"{front}_ankle") + track.point(f"{front}_foot_index"))[at, 0] / 2
    off_m = (track.middle("left_ear", "right_ear")[at, 0] - foot) / 300 * (-1 if mirrored else 1)
    result = batted(mirrored=mirrored, px_per_m=300, settings={"athlete_height_cm": 180})
    assert result.value("head_over_front_foot") == pytest.approx(off_m, abs=0.03)
    assert result.measurement.metrics["head_over_front_foot"].unit == "m"


def test_the_downswing_needs_60_pictures_a_second():
    metric = batted(rate_hz=30).measurement.metrics["downswing_time"]
    assert metric.reason is Reason.SAMPLE_RATE_TOO_LOW


def test_strides_cannot_be_seen_from_the_bowlers_end():
    metrics = batted(azimuth_deg=-90, settings={"handedness": "right"}).measurement.metrics
    along = ("stance_width", "stride_length", "head_over_front_foot", "backlift_angle")
    assert {metrics[key].reason for key in along} == {Reason.VIEW_UNSUITABLE}


def test_jitter_moves_the_angles_of_a_stroke_by_3_degrees_and_its_events_by_one_picture():
    scenario = stroke(150.0)
    truth = {"front_knee_brace_score": 150.0, "backlift_angle": 110.0}
    results = [
        batted(scenario, rate_hz=60, noise_px=2.5, px_per_m=270, seed=seed, late_s=seed % 8 / 480)
        for seed in range(20)
    ]
    for key, value in truth.items():
        assert np.median([abs(result.value(key) - value) for result in results]) <= 3.0, key
    for kind, at_s in scenario.moments_s.items():
        assert np.median([abs(one.at_s(kind) - at_s) for one in results]) <= 1 / 60, kind


def test_a_stroke_looked_at_in_full_only_while_it_is_quick_gives_the_same_numbers():
    whole = stroke().filmed(rate_hz=120)
    kept = ((whole.t_s > 1.1) & (whole.t_s < 2.0)) | (whole.frame % 8 == 0)
    columns = ("t_s", "frame", "xy_px", "visibility", "world_m", "origin")
    mixed = replace(whole, **{name: getattr(whole, name)[kept] for name in columns})
    full, part = analysed(whole, BATTING), analysed(mixed, BATTING)
    for key, metric in full.measurement.metrics.items():
        assert part.measurement.metrics[key].reason is metric.reason, key
        if metric.value is not None:
            assert part.value(key) == pytest.approx(metric.value, abs=0.02, rel=0.01), key
