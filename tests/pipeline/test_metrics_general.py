"""Any human movement: described, not judged."""

import numpy as np
import pytest

from shared.results import EventType, Movement, Reason
from tests.athletes import analysed, delivery, squats, standing, stroke, walking
from worker_service.pipeline.metrics.table import APP_METRICS

GENERAL = Movement.GENERAL


def described(scenario, **camera):
    return analysed(scenario.filmed(**camera), GENERAL)


@pytest.mark.parametrize("scenario", [squats(), walking(), delivery(), stroke(), standing()])
def test_every_movement_has_the_five_app_keys(scenario):
    metrics = described(scenario).measurement.metrics
    assert set(APP_METRICS) <= set(metrics)
    assert metrics["front_knee_brace_score"].reason is Reason.NOT_DEFINED_FOR_MOVEMENT


@pytest.mark.parametrize("rate_hz", [15, 30, 60])
def test_the_rhythm_is_found_at_any_rate(rate_hz):
    result = described(walking(steps_per_minute=110), rate_hz=rate_hz)
    assert result.value("movement_tempo") == pytest.approx(55.0, abs=1.0)


def test_squats_keep_their_rhythm_through_their_pauses():
    result = described(squats(count=5, period_s=1.6))
    assert result.value("movement_tempo") == pytest.approx(37.5, abs=1.5)


def test_one_movement_is_no_rhythm():
    metric = described(delivery()).measurement.metrics["movement_tempo"]
    assert metric.reason is Reason.EVENT_NOT_FOUND


def test_every_burst_is_a_highlight_with_a_peak():
    measurement = described(squats(count=3)).measurement
    assert len(measurement.highlights) == 3
    peaks = [event for event in measurement.events if event.type is EventType.MOVEMENT_PEAK]
    for peak, stretch in zip(peaks, measurement.highlights, strict=True):
        assert stretch.start_s <= peak.t_s <= stretch.end_s


def test_a_delivery_is_livelier_than_a_squat():
    squat, bowl = described(squats()).measurement, described(delivery()).measurement
    assert bowl.highlights[0].score > squat.highlights[0].score


def test_a_body_over_its_feet_is_in_balance():
    result = described(squats())
    assert result.score("balance_drift_score") == pytest.approx(1.0, abs=0.05)
    assert result.score("head_stability_score") == pytest.approx(1.0, abs=0.05)


def test_balance_over_the_feet_has_no_meaning_while_walking():
    metric = described(walking()).measurement.metrics["balance_drift_score"]
    assert metric.reason is Reason.EVENT_NOT_FOUND


def test_both_sides_of_a_squat_move_alike():
    result = described(squats(), azimuth_deg=-90)
    assert result.value("movement_symmetry") == pytest.approx(1.0, abs=0.05)


def test_only_one_side_of_a_batter_can_be_compared_from_the_side():
    metric = described(squats()).measurement.metrics["movement_symmetry"]
    assert metric.reason is Reason.VIEW_UNSUITABLE


def test_a_leaning_camera_view_needs_no_trunk_lean_when_upright():
    assert described(squats()).value("trunk_lean") == pytest.approx(0.0, abs=1.0)


def test_a_gap_does_not_stop_the_description():
    result = described(squats(count=4), gaps_s=((3.0, 3.6),))
    assert np.isfinite(result.value("movement_energy"))


@pytest.mark.parametrize("rate_hz", [15, 30, 120])
@pytest.mark.parametrize("scenario", [walking(), stroke(), delivery()])
def test_a_description_does_not_depend_on_the_sample_rate(scenario, rate_hz):
    truth = described(scenario, rate_hz=60, azimuth_deg=-40)
    other = described(scenario, rate_hz=rate_hz, azimuth_deg=-40, late_s=0.01)
    for key in ("movement_energy", "movement_symmetry"):
        assert other.value(key) == pytest.approx(truth.value(key), rel=0.03)


def test_at_5_pictures_a_second_only_the_posture_is_described():
    metrics = described(squats(), rate_hz=5).measurement.metrics
    assert {key for key, metric in metrics.items() if metric.value is not None} == {"trunk_lean"}
