"""A stroke with known truth."""

from dataclasses import replace

import numpy as np
import pytest

from shared.results import EventType, Movement, Reason, Side
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
