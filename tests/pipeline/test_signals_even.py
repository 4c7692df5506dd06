"""Curves on the even clock, speeds, turn rates and moments."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.analysis import AnalysisSettings
from shared.results import Exercise, Movement, View, ViewEstimate
from tests.athletes import delivery, standing, walking
from tests.athletes.workout import BRISK, workout
from worker_service.pipeline.metrics.geometry import joint_angle_deg
from worker_service.pipeline.metrics.scene import Scene
from worker_service.pipeline.signals.derivatives import speed, turn_rate_deg_s, unwrapped_deg
from worker_service.pipeline.signals.even import EVEN_HZ, even_clock, resample
from worker_service.pipeline.signals.moments import (
    crest,
    crest_at,
    first_below,
    highest,
    last_above,
    peaks,
)
from worker_service.pipeline.signals.motion import BY_MOVEMENT, EXERCISE, STRIKE, Motion, cutoff_hz
from worker_service.pipeline.signals.rates import densest_rate_hz, local_rate_hz

SIDE = ViewEstimate(label=View.SIDE, confidence=1.0)


def sine(t):
    return np.sin(2 * np.pi * 1.5 * t)[:, None]


@pytest.mark.parametrize("rate_hz", [15, 24, 29.97, 60, 240])
def test_a_curve_is_the_same_at_any_sample_rate(rate_hz):
    t = np.arange(0, 2, 1 / rate_hz)
    clock = even_clock(t)
    drawn = resample(t, sine(t), clock, cutoff_hz=8.0)
    inner = (clock > 0.2) & (clock < 1.8)
    assert np.abs(drawn - sine(clock))[inner].max() < 0.02


def test_uneven_samples_give_the_same_curve():
    random = np.random.default_rng(1)
    t = np.sort(random.uniform(0, 2, 80))
    clock = even_clock(t)
    inner = (clock > 0.3) & (clock < 1.7)
    drawn = resample(t, sine(t), clock, cutoff_hz=None)
    assert np.abs(drawn - sine(clock))[inner].max() < 0.05


def test_nothing_is_drawn_across_a_long_hole():
    t = np.concatenate([np.arange(0, 1, 1 / 30), np.arange(1.5, 2.5, 1 / 30)])
    clock = even_clock(t)
    drawn = resample(t, sine(t), clock, cutoff_hz=6.0)[:, 0]
    assert np.isnan(drawn[(clock > 1.0) & (clock < 1.49)]).all()
    assert np.isfinite(drawn[(clock < 0.95) | (clock > 1.51)]).all()


def test_one_missing_sample_spoils_nothing_around_it():
    t = np.arange(0, 2, 1 / 30)
    values = sine(t)
    values[20] = np.nan
    clock = even_clock(t)
    assert np.isfinite(resample(t, values, clock, cutoff_hz=6.0)).all()


def test_slow_sampling_still_makes_one_curve():
    t = np.arange(0, 5, 0.4)
    assert np.isfinite(resample(t, sine(t), even_clock(t), cutoff_hz=None)).all()


def test_no_samples_make_no_clock():
    assert len(even_clock(np.empty(0))) == 0


def test_speed_is_in_units_a_second():
    t = np.arange(0, 1, 1 / EVEN_HZ)
    path = np.stack([3.0 * t, 4.0 * t], axis=1)
    assert speed(path) == pytest.approx(5.0)
    assert np.isnan(speed(path[:1])).all()


def test_known_failure_8_a_step_across_180_degrees_is_small():
    angles = np.array([177.0, 179.9, -179.9, -177.0])
    assert np.abs(turn_rate_deg_s(angles)).max() < 3.1 * EVEN_HZ
    assert unwrapped_deg(angles) == pytest.approx([177.0, 179.9, 180.1, 183.0])


def test_unwrapping_steps_over_unknown_samples():
    turned = unwrapped_deg(np.array([179.0, np.nan, -179.0]))
    assert turned[2] == pytest.approx(181.0)


def test_moments_look_only_where_they_are_asked():
    values = np.array([0.0, 5.0, 1.0, 0.2, 3.0, 0.1])
    assert highest(values, 2, 5) == 4
    assert highest(np.full(3, np.nan), 0, 2) is None
    assert last_above(values, 2.0, 0, 4) == 1
    assert first_below(values, 0.5, 1, 5) == 3
    assert first_below(values, -1.0, 0, 5) is None


def test_the_crest_is_the_middle_of_a_flat_top():
    values = np.array([0.0, 1.0, 5.0, 4.9, 4.8, 4.9, 1.0, 0.0])
    assert crest(values, 2) in {3, 4}
    assert crest(np.array([2.0, 2.0, 2.0]), 0) == 1


@given(late=st.floats(0.0, 1.0))
def test_a_crest_lies_where_it_is_and_not_where_the_clock_ticks(late):
    hill = np.exp(-(((np.arange(40) - 20.0 - late) / 6.0) ** 2))
    assert crest_at(hill, int(hill.argmax())) == pytest.approx(20.0 + late, abs=0.02)


def test_a_curve_still_rising_at_the_end_has_no_peak():
    assert peaks(np.arange(50.0), height=1.0, apart_s=0.1) == []


def test_a_rise_into_unknown_samples_is_no_peak():
    values = np.concatenate([np.arange(30.0), np.full(10, np.nan), np.zeros(10)])
    assert peaks(values, height=1.0, apart_s=0.1) == []


def test_arms_are_smoothed_less_than_the_trunk():
    assert cutoff_hz("left_wrist") > cutoff_hz("left_ankle") > cutoff_hz("left_shoulder")
    assert cutoff_hz("left_foot_index") == cutoff_hz("left_ankle")


def test_motion_runs_on_real_seconds_in_slow_motion():
    usual = Motion.of(delivery().filmed(rate_hz=120))
    slow = Motion.of(delivery().filmed(rate_hz=120, slow_motion_factor=4))
    assert slow.t_s[-1] == pytest.approx(usual.t_s[-1])
    assert len(slow) == len(usual)


def test_torso_length_is_measured_in_pixels():
    assert Motion.of(standing().filmed(px_per_m=200)).torso_px == pytest.approx(100.0)


def test_a_part_of_a_motion_keeps_its_clock():
    part = Motion.of(standing().filmed()).between(0.5, 1.0)
    assert part.t_s[0] == pytest.approx(0.5)
    assert part.t_s[-1] == pytest.approx(1.0)


def with_a_dense_window(track, start_s, end_s):
    """Every fourth picture of a track, and every one inside a window: what two passes leave."""
    inside = (track.real_s >= start_s) & (track.real_s <= end_s)
    kept = np.flatnonzero(inside | (np.arange(len(track)) % 4 == 0))
    columns = ("t_s", "frame", "xy_px", "visibility", "world_m", "origin")
    return replace(track, **{name: getattr(track, name)[kept] for name in columns})


@pytest.mark.parametrize(("noise_px", "at_the_border_px"), [(0.0, 6.0), (2.5, 8.0)])
def test_a_dense_window_in_a_coarse_track_gives_the_curve_of_a_dense_track(
    noise_px, at_the_border_px
):
    dense = delivery().filmed(rate_hz=60, noise_px=noise_px)
    whole, mixed = Motion.of(dense), Motion.of(with_a_dense_window(dense, 0.6, 1.5))
    for margin_s, close_px in ((0.0, at_the_border_px), (0.1, 0.1)):
        parts = [one.between(0.6 + margin_s, 1.5 - margin_s).xy_px for one in (whole, mixed)]
        assert np.linalg.norm(parts[0] - parts[1], axis=2).max() < close_px


def test_a_stillness_does_not_ring_where_the_rate_changes():
    dense = standing(duration_s=3.0).filmed(rate_hz=60)
    xy_px = Motion.of(with_a_dense_window(dense, 1.0, 2.0)).xy_px
    assert np.ptp(xy_px, axis=0).max() < 1e-6


def test_noise_of_a_coarse_stretch_is_smoothed_by_what_its_rate_allows():
    random = np.random.default_rng(3)
    t = np.arange(0, 20, 1 / 15)
    clock = even_clock(t)
    noise = random.normal(0, 1, (len(t), 1))
    assert resample(t, noise, clock, cutoff_hz=14.0).std() < 0.95
    assert resample(t, noise, clock, cutoff_hz=14.0) == pytest.approx(
        resample(t, noise, clock, cutoff_hz=7.0)
    )


def test_a_hole_breaks_a_coarse_stretch_beside_a_dense_one():
    t = np.r_[np.arange(0, 2, 1 / 60), np.arange(2, 4, 0.2)]
    values = sine(t)
    values[-5] = np.nan
    clock = even_clock(t)
    drawn = resample(t, values, clock, cutoff_hz=None)[:, 0]
    assert np.isnan(drawn[(clock > t[-6] + 0.01) & (clock < t[-4] - 0.01)]).all()
    assert np.isfinite(drawn[clock < t[-6]]).all()


@pytest.mark.parametrize("movement", Movement)
def test_only_exercises_are_smoothed_more_than_a_strike(movement):
    """Through the scene that every metric is read from, so that the figures are those in use."""
    track = standing().filmed(noise_px=2.5)
    scene = Scene.of(track, SIDE, AnalysisSettings(movement=movement))
    strike = Motion.of(track, STRIKE).xy_px.std(axis=0).mean()
    jitter = scene.motion.xy_px.std(axis=0).mean()
    assert jitter < 0.9 * strike if movement in BY_MOVEMENT else jitter == strike


@pytest.mark.parametrize(
    ("scenario", "cutoffs"),
    [
        (workout(Exercise.SQUAT, 2), EXERCISE),
        (workout(Exercise.SQUAT, 2, tempo=BRISK), EXERCISE),
        (walking(duration_s=3.0), STRIKE),
        (delivery(), STRIKE),
    ],
)
def test_joint_angles_at_realistic_noise_are_within_three_degrees(scenario, cutoffs):
    noisy, clean = (
        Motion.of(scenario.filmed(noise_px=noise_px, px_per_m=285.0), cutoffs)
        for noise_px in (2.5, 0.0)
    )
    off = np.abs(knee_deg(noisy) - knee_deg(clean))
    assert np.median(off) < 1.5
    assert np.percentile(off, 95) < 6.0


def knee_deg(motion):
    return joint_angle_deg(*(motion.point(f"left_{part}") for part in ("hip", "knee", "ankle")))


def test_rates_are_local():
    t = np.r_[np.arange(0, 2, 1 / 15), np.arange(2, 3, 1 / 60), np.arange(3, 5, 1 / 15)]
    rates = local_rate_hz(t)
    assert rates[5] == pytest.approx(15.0)
    assert rates[60] == pytest.approx(60.0)
    assert densest_rate_hz(t, for_s=0.5) == pytest.approx(60.0)
    assert densest_rate_hz(t, for_s=2.5) == pytest.approx(15.0)
    assert densest_rate_hz(t[:1], for_s=1.0) == 0.0


@pytest.mark.parametrize("rate_hz", [30.0, 240.0])
@pytest.mark.parametrize("cutoff_hz", [None, 6.0])
def test_no_curve_goes_on_across_a_cut(rate_hz, cutoff_hz):
    t = np.arange(0, 4, 1 / rate_hz)
    values = np.where(t < 2.0, 1.0, 5.0)[:, None]
    clock = even_clock(t)

    drawn = resample(t, values, clock, cutoff_hz=cutoff_hz, breaks_s=(2.0,))[:, 0]

    assert np.isnan(drawn[np.abs(clock - 2.0) < 1 / 240]).all()
    assert drawn[clock < 1.95] == pytest.approx(1.0, abs=1e-6)
    assert drawn[clock > 2.05] == pytest.approx(5.0, abs=1e-6)
