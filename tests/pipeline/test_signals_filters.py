from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker_service.pipeline.signals.filters import PAD_SAMPLES, zero_lag_lowpass
from worker_service.pipeline.signals.gaps import fill_gaps, runs, short_gaps


def wave(t_s, hz):
    return np.sin(2 * np.pi * hz * t_s)


@pytest.mark.parametrize("fps", [30.0, 60.0, 240.0])
def test_slow_passes_fast_is_removed_and_nothing_is_late(fps):
    t_s = np.arange(0, 4, 1 / fps)
    middle = slice(len(t_s) // 4, -len(t_s) // 4)

    smooth = zero_lag_lowpass(t_s, wave(t_s, 1) + 0.5 * wave(t_s, 13), 6.0)

    assert np.abs(smooth - wave(t_s, 1))[middle].max() < 0.05


def test_the_cut_off_is_where_half_the_power_is_left():
    t_s = np.arange(0, 10, 1 / 240)

    smooth = zero_lag_lowpass(t_s, wave(t_s, 6), 6.0)[600:-600]

    assert np.ptp(smooth) / 2 == pytest.approx(np.sqrt(0.5), abs=0.01)


def test_uneven_samples_are_smoothed_in_their_own_time():
    rng = np.random.default_rng(1)
    t_s = np.cumsum(rng.uniform(0.008, 0.025, 300))

    smooth = zero_lag_lowpass(t_s, wave(t_s, 1) + 0.2 * wave(t_s, 20), 6.0)

    assert np.abs(smooth - wave(t_s, 1))[30:-30].max() < 0.1


def test_a_coarse_stretch_does_not_coarsen_a_dense_one():
    t_s = np.r_[np.arange(0, 2, 1 / 60), np.arange(2, 4, 1 / 15)]
    dense = t_s < 1.7

    smooth = zero_lag_lowpass(t_s, wave(t_s, 2), 8.0)

    alone = zero_lag_lowpass(t_s[t_s < 2], wave(t_s[t_s < 2], 2), 8.0)
    assert np.abs(smooth[dense] - alone[: dense.sum()]).max() < 0.02
    assert np.isfinite(smooth).all()


def test_missing_samples_stay_missing_and_spoil_nothing():
    t_s = np.arange(200) / 60
    values = np.stack([wave(t_s, 1), wave(t_s, 2)], axis=1)
    values[80:90] = np.nan

    smooth = zero_lag_lowpass(t_s, values, 6.0)

    assert np.array_equal(np.isnan(smooth), np.isnan(values))


def test_a_cut_off_beyond_the_sampling_rate_is_lowered_not_refused():
    t_s = np.arange(100) / 15

    assert np.isfinite(zero_lag_lowpass(t_s, wave(t_s, 1), 20.0)).all()


@given(st.integers(0, PAD_SAMPLES))
def test_runs_too_short_to_filter_stay_as_they_are(count):
    values = np.arange(float(count)) ** 2

    assert np.array_equal(zero_lag_lowpass(np.arange(count) / 30, values, 6.0), values)


def test_a_cut_off_of_nothing_is_a_mistake():
    with pytest.raises(ValueError, match="cut-off"):
        zero_lag_lowpass(np.arange(9.0), np.arange(9.0), 0.0)


@given(st.lists(st.booleans(), max_size=60))
def test_runs_are_exactly_the_valid_samples(valid):
    found = runs(np.array(valid, dtype=bool))

    assert [i for run in found for i in range(run.start, run.stop)] == [
        i for i, v in enumerate(valid) if v
    ]
    assert all(a.stop < b.start for a, b in pairwise(found))


@given(st.lists(st.booleans(), min_size=1, max_size=60), st.floats(0.01, 1.0))
def test_only_short_gaps_inside_are_filled(valid, max_gap_s):
    valid = np.array(valid, dtype=bool)
    t_s = np.arange(len(valid)) / 10
    values = np.where(valid, 3.0 + t_s, np.nan)

    filled = fill_gaps(t_s, values, max_gap_s=max_gap_s)
    gaps = short_gaps(t_s, valid, max_gap_s=max_gap_s)

    assert np.array_equal(np.isfinite(filled), valid | gaps)
    assert np.allclose(filled[valid | gaps], (3.0 + t_s)[valid | gaps])
    assert not gaps[: int(valid.argmax())].any()
