"""What the systems before this one got wrong, by the numbers of the design's list.

The cases are those of the accuracy table; here they carry the names of the failures.
"""

import numpy as np
import pytest

from benchmarks.accuracy import known_failures
from benchmarks.accuracy.row import judged
from shared.results import Movement, Reason
from tests.athletes import analysed, delivery, squats, standing, stroke
from worker_service.pipeline.metrics.geometry import joint_angle_deg

BATTING, BOWLING = Movement.CRICKET_BATTING, Movement.CRICKET_BOWLING
JUMP_METRICS = ("flight_time", "jump_height")  # who does not jump has no jump, moving or not
SEEDS = 2


def assert_bound_kept(key):
    row = judged(key, lambda: known_failures.CHECKS[key](SEEDS))
    assert row.passed, row.cells()


def test_1_nobody_in_the_picture_is_refused_in_every_movement():
    assert_bound_kept("failure_1_nobody")


def test_2_confidence_varies_with_what_was_seen():
    assert_bound_kept("failure_2_confidence")

    def trust(**camera):
        metric = analysed(stroke().filmed(**camera), BATTING).measurement.metrics
        return metric["head_stability_score"].confidence

    assert trust() > max(trust(rate_hz=15), trust(gaps_s=((1.5, 1.53),)))


def test_3_the_same_head_sway_scores_the_same_at_any_rate():
    assert_bound_kept("failure_3_rate")


def test_4_a_true_knee_of_140_degrees_reads_140_in_any_format():
    assert_bound_kept("failure_4_aspect")


def test_4_an_angle_is_the_one_between_its_segments():
    turn = np.radians(140.0)
    hip, knee = np.array([[0.0, 1.0]]), np.array([[0.0, 0.0]])
    ankle = np.array([[np.sin(turn), np.cos(turn)]])
    assert joint_angle_deg(hip, knee, ankle) == pytest.approx(140.0)


def test_5_scores_do_not_change_with_zoom():
    assert_bound_kept("failure_5_zoom")


def test_6_a_motionless_person_with_jitter_is_not_judged():
    assert_bound_kept("failure_6_still")


@pytest.mark.parametrize("movement", list(Movement))
@pytest.mark.parametrize(("rate_hz", "px_per_m"), [(15, 320), (60, 80), (240, 320)])
def test_6_a_motionless_person_is_said_not_to_move(movement, rate_hz, px_per_m):
    track = standing(3.0).filmed(rate_hz=rate_hz, noise_px=1.5, px_per_m=px_per_m)
    metrics = analysed(track, movement).measurement.metrics.items()
    reasons = {metric.reason for key, metric in metrics if key not in JUMP_METRICS}
    assert Reason.NO_MOVEMENT in reasons
    assert reasons <= {Reason.NO_MOVEMENT, Reason.NOT_DEFINED_FOR_MOVEMENT}


def test_7_a_crouch_before_the_delivery_is_no_knee_collapse():
    assert_bound_kept("failure_7_crouch")
    deep = squats(count=1, lowest_deg=70.0)
    assert analysed(deep.filmed(), BOWLING).findings.findings == []
    bowled = analysed(delivery(155.0).filmed(), BOWLING)
    assert bowled.value("front_knee_brace_score") == pytest.approx(155.0, abs=1.0)
    assert "KNEE_COLLAPSE" not in {finding.code for finding in bowled.findings.findings}


def test_8_a_turn_through_180_degrees_has_no_jump():
    assert_bound_kept("failure_8_wrap")


def test_9_an_arm_that_swings_through_290_degrees_swings_through_290_degrees():
    assert_bound_kept("failure_9_swing")
