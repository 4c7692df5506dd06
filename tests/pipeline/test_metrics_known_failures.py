"""What the systems before this one got wrong; numbers as in the design's list."""

import numpy as np
import pytest

from shared.results import Movement, Reason
from tests.athletes import analysed, delivery, squats, standing, stroke
from worker_service.pipeline.metrics.geometry import joint_angle_deg, swing_deg
from worker_service.pipeline.signals.derivatives import unwrapped_deg

BATTING, BOWLING = Movement.CRICKET_BATTING, Movement.CRICKET_BOWLING
JUMP_METRICS = ("flight_time", "jump_height")  # who does not jump has no jump, moving or not
FORMATS = [(1920, 1080), (1080, 1920), (720, 720), (640, 360)]


def test_2_confidence_varies_with_what_was_seen():
    def trust(**camera):
        metric = analysed(stroke().filmed(**camera), BATTING).measurement.metrics
        return metric["head_stability_score"].confidence

    clear, slow, holes = trust(), trust(rate_hz=15), trust(gaps_s=((1.5, 1.53),))
    assert len({clear, slow, holes}) == 3
    assert clear > max(slow, holes)


@pytest.mark.parametrize("sway_m", [0.0, 0.05, 0.10])
@pytest.mark.parametrize("rate_hz", [15, 24, 30, 60, 240])
@pytest.mark.parametrize("late_s", [0.0, 0.013, 0.031])
def test_3_the_same_head_sway_scores_the_same_at_any_rate(sway_m, rate_hz, late_s):
    truth = analysed(stroke(sway_m=sway_m).filmed(rate_hz=120), BATTING)
    result = analysed(stroke(sway_m=sway_m).filmed(rate_hz=rate_hz, late_s=late_s), BATTING)
    key = "head_stability_score"
    assert result.score(key) == pytest.approx(truth.score(key), abs=0.05)


@pytest.mark.parametrize(("width_px", "height_px"), FORMATS)
def test_4_a_true_knee_of_140_degrees_reads_140_in_any_format(width_px, height_px):
    track = delivery(140.0).filmed(width_px=width_px, height_px=height_px)
    value = analysed(track, BOWLING).value("front_knee_brace_score")
    assert value == pytest.approx(140.0, abs=0.5)


def test_4_an_angle_is_the_one_between_its_segments():
    turn = np.radians(140.0)
    hip, knee = np.array([[0.0, 1.0]]), np.array([[0.0, 0.0]])
    ankle = np.array([[np.sin(turn), np.cos(turn)]])
    assert joint_angle_deg(hip, knee, ankle) == pytest.approx(140.0)


@pytest.mark.parametrize("px_per_m", [120, 240, 480])
@pytest.mark.parametrize("key", ["elbow_drop_score", "balance_drift_score", "head_stability_score"])
def test_5_scores_do_not_change_with_zoom(px_per_m, key):
    near = analysed(stroke().filmed(px_per_m=320), BATTING)
    result = analysed(stroke().filmed(px_per_m=px_per_m), BATTING)
    assert result.value(key) == pytest.approx(near.value(key), abs=1e-3)


@pytest.mark.parametrize("movement", list(Movement))
@pytest.mark.parametrize("rate_hz", [15, 30, 60, 240])
@pytest.mark.parametrize("px_per_m", [80, 320])
def test_6_a_motionless_person_with_jitter_shows_no_movement(movement, rate_hz, px_per_m):
    track = standing(3.0).filmed(rate_hz=rate_hz, noise_px=1.5, px_per_m=px_per_m)
    result = analysed(track, movement)
    metrics = result.measurement.metrics.items()
    reasons = {metric.reason for key, metric in metrics if key not in JUMP_METRICS}
    assert Reason.NO_MOVEMENT in reasons
    assert reasons <= {Reason.NO_MOVEMENT, Reason.NOT_DEFINED_FOR_MOVEMENT}
    assert result.measurement.events == ()
    assert result.findings.findings == []


def test_7_a_crouch_before_the_delivery_is_no_knee_collapse():
    deep = squats(count=1, lowest_deg=70.0)
    assert analysed(deep.filmed(), BOWLING).findings.findings == []
    bowled = analysed(delivery(155.0).filmed(), BOWLING)
    assert bowled.value("front_knee_brace_score") == pytest.approx(155.0, abs=1.0)
    assert "KNEE_COLLAPSE" not in {finding.code for finding in bowled.findings.findings}


def test_9_an_arm_swing_has_the_range_it_was_swung_through():
    swing = np.radians(np.linspace(-60.0, 230.0, 120))
    shoulder = np.zeros((120, 2))
    hand = np.stack([-np.sin(swing), np.cos(swing)], axis=1)
    hips = np.broadcast_to([0.0, 1.0], (120, 2))
    angle = unwrapped_deg(swing_deg(shoulder, hips, shoulder, hand))
    assert np.ptp(angle) == pytest.approx(290.0, abs=0.5)
    assert angle[0] == pytest.approx(-60.0, abs=0.5)
