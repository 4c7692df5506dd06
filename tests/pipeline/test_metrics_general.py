"""Any human movement: described, not judged."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.results import EventType, Movement, Reason
from tests.athletes import analysed, delivery, jumps, squats, standing, stroke, walking
from worker_service.pipeline.metrics.table import APP_METRICS
from worker_service.pipeline.pose.repair import repaired
from worker_service.pipeline.track import INDEX, Origin

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


@pytest.mark.parametrize("noise_px", [0.0, 2.5])
@pytest.mark.parametrize(("stands_s", "count"), [(1.6, 4), (1.6, 8), (1.0, 5)])
def test_jumps_bend_the_knees_twice_and_count_once(stands_s, count, noise_px):
    scenario = jumps((0.3,) * count, stands_s=stands_s)
    a_minute = 60.0 / (stands_s + 2 * np.sqrt(2 * 0.3 / 9.81))
    result = described(scenario, noise_px=noise_px, px_per_m=270)
    assert result.value("movement_tempo") == pytest.approx(a_minute, abs=0.5)


@pytest.mark.parametrize("noise_px", [0.0, 2.5])
def test_two_jumps_are_no_rhythm(noise_px):
    result = described(jumps((0.3, 0.3)), noise_px=noise_px, px_per_m=270)
    assert result.measurement.metrics["movement_tempo"].reason is Reason.EVENT_NOT_FOUND


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
        assert other.value(key) == pytest.approx(truth.value(key), rel=0.03, abs=0.02)


def test_at_5_pictures_a_second_only_the_posture_is_described():
    metrics = described(squats(), rate_hz=5).measurement.metrics
    assert {key for key, metric in metrics.items() if metric.value is not None} == {"trunk_lean"}


def flights(measurement):
    """Return (take-off, landing) of every jump."""
    times = {
        kind: [event.t_s for event in measurement.events if event.type is kind]
        for kind in (EventType.TAKE_OFF, EventType.LANDING)
    }
    return list(zip(times[EventType.TAKE_OFF], times[EventType.LANDING], strict=True))


PICTURE_S = 1 / 60
FOOT = ("ankle", "heel", "foot_index")


@pytest.mark.parametrize("noise_px", [0.0, 2.5])
@pytest.mark.parametrize(
    "jump",
    [jumps((0.06,)), jumps((0.15,)), jumps((0.4,)), jumps(drop_m=2.0), jumps(drop_m=2.5, turns=1)],
    ids=["hop", "low", "high", "drop", "somersault"],
)
def test_take_off_and_landing_lie_within_one_picture(jump, noise_px):
    ((take_off_s, landing_s),) = flights(described(jump, noise_px=noise_px).measurement)
    assert take_off_s == pytest.approx(jump.moments_s["take_off"], abs=PICTURE_S)
    assert landing_s == pytest.approx(jump.moments_s["landing"], abs=PICTURE_S)


def without(track, start_s, end_s, *names):
    """Return the track in which these landmarks are lost from one second to another."""
    rows = (track.t_s >= start_s) & (track.t_s <= end_s)
    lost = np.ix_(rows, [INDEX[name] for name in names])
    xy_px, world_m, origin = track.xy_px.copy(), track.world_m.copy(), track.origin.copy()
    xy_px[lost], world_m[lost], origin[lost] = np.nan, np.nan, Origin.MISSING
    return replace(track, xy_px=xy_px, world_m=world_m, origin=origin)


@pytest.mark.parametrize(
    "lost", [("left_ear", "right_ear"), ("left_wrist",), ("right_elbow", "right_wrist")]
)
def test_a_flight_bears_the_loss_of_head_or_arms(lost):
    jump = jumps((0.4,))
    off_s, on_s = jump.moments_s["take_off"], jump.moments_s["landing"]
    track = without(jump.filmed(), off_s + 0.05, on_s - 0.05, *lost)
    ((take_off_s, landing_s),) = flights(analysed(track, GENERAL).measurement)
    assert take_off_s == pytest.approx(off_s, abs=PICTURE_S)
    assert landing_s == pytest.approx(on_s, abs=PICTURE_S)


@pytest.mark.parametrize("lost_after_s", [0.35, 0.45, 0.55])
@pytest.mark.parametrize("aside_px", [(150.0, 0.0), (150.0, 150.0), (0.0, 200.0)])
def test_a_somersault_lands_on_time_though_feet_are_misplaced_among_lost_pictures(
    aside_px, lost_after_s
):
    jump = jumps(drop_m=2.5, turns=1)
    off_s, wrong_s = jump.moments_s["take_off"], jump.moments_s["take_off"] + lost_after_s
    lost = (
        (off_s + 0.06, off_s + 0.22),
        (wrong_s - 0.03, wrong_s),
        (wrong_s + 0.04, wrong_s + 0.07),
    )
    track = jump.filmed(rate_hz=30, noise_px=2.5, gaps_s=lost)
    xy_px = track.xy_px.copy()
    feet = [INDEX[f"{side}_{part}"] for side in ("left", "right") for part in FOOT]
    xy_px[np.searchsorted(track.t_s, wrong_s), feet] += aside_px
    mended = repaired(replace(track, xy_px=xy_px))
    ((take_off_s, landing_s),) = flights(analysed(mended, GENERAL).measurement)
    assert take_off_s == pytest.approx(off_s, abs=1 / 30)
    assert landing_s == pytest.approx(jump.moments_s["landing"], abs=1 / 30)


@settings(max_examples=12, deadline=None)
@given(
    height_m=st.floats(0.1, 0.5),
    rate_hz=st.sampled_from([30, 50, 60, 120]),
    azimuth_deg=st.floats(-90, 90),
    late_s=st.floats(0.0, 0.03),
)
def test_a_jump_is_as_high_from_every_side_and_at_every_rate(
    height_m, rate_hz, azimuth_deg, late_s
):
    jump = jumps((height_m,))
    result = described(jump, rate_hz=rate_hz, azimuth_deg=azimuth_deg, late_s=late_s)
    assert result.value("jump_height") == pytest.approx(height_m, abs=0.04)


def test_every_jump_is_a_repetition_with_its_own_height():
    measurement = described(jumps((0.2, 0.4, 0.3))).measurement
    heights = [rep.values["jump_height"] for rep in measurement.reps]
    assert heights == pytest.approx([0.2, 0.4, 0.3], abs=0.03)
    metric = measurement.metrics["jump_height"]
    assert (metric.value, metric.n) == (pytest.approx(0.3, abs=0.03), 3)


def test_a_drop_has_a_time_in_the_air_and_no_height():
    metrics = described(jumps(drop_m=2.0)).measurement.metrics
    assert metrics["flight_time"].value == pytest.approx(0.96, abs=0.02)
    assert metrics["jump_height"].reason is Reason.NOT_DEFINED_FOR_MOVEMENT


@pytest.mark.parametrize("noise_px", [0.0, 2.5, 5.0])
@pytest.mark.parametrize(
    "scenario",
    [
        walking(),
        walking(150),
        squats(),
        squats(count=8, period_s=0.9),
        standing(),
        delivery(),
        stroke(),
    ],
    ids=["walk", "quick walk", "squats", "quick squats", "stand", "delivery", "stroke"],
)
def test_nobody_flies_who_keeps_a_foot_on_the_ground(scenario, noise_px):
    result = described(scenario, noise_px=noise_px)
    assert flights(result.measurement) == []
    assert result.measurement.metrics["flight_time"].reason is not None


def panned(track):
    """Return the track of a camera that swings up and down by 200 pixels, 0.8 times a second."""
    sway_px = 200.0 * np.sin(2 * np.pi * 0.8 * track.t_s)
    return replace(track, xy_px=track.xy_px + np.stack([sway_px, sway_px], axis=1)[:, None])


@pytest.mark.parametrize("scenario", [standing(4.0), walking(), squats(), delivery()])
def test_a_swinging_camera_makes_nobody_fly(scenario):
    assert flights(analysed(panned(scenario.filmed()), GENERAL).measurement) == []


def test_a_landing_out_of_sight_is_no_flight():
    jump = jumps((0.4,))
    hidden = ((jump.moments_s["take_off"] + 0.2, jump.moments_s["landing"] + 0.2),)
    result = described(jump, gaps_s=hidden)
    assert flights(result.measurement) == []
    assert result.measurement.metrics["jump_height"].value is None


def test_a_flight_during_a_change_of_speed_is_not_timed():
    jump = jumps((0.4,))
    track = replace(jump.filmed(), clock_changes_s=(jump.moments_s["take_off"] + 0.1,))
    assert flights(analysed(track, GENERAL).measurement) == []


def test_slow_motion_is_divided_out_of_a_jump():
    result = described(jumps((0.3,)), rate_hz=240, slow_motion_factor=8.0)
    assert result.value("jump_height") == pytest.approx(0.3, abs=0.03)


def test_the_hold_is_the_still_time_between_two_movements():
    held = described(jumps((0.3, 0.3), stands_s=2.0)).measurement
    first, second = held.highlights
    assert held.metrics["longest_hold"].value == pytest.approx(
        second.start_s - first.end_s, abs=0.05
    )
    once = described(squats(count=1)).measurement
    assert once.metrics["longest_hold"].reason is Reason.EVENT_NOT_FOUND
