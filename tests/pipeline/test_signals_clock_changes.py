"""Slow motion that begins inside a clip."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.results import Movement, Reason
from tests.athletes import analysed, delivery
from worker_service.pipeline.signals.clock_changes import clock_changes_s


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
