"""The same movement gives the same numbers, however it was filmed."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.errors import NoPersonFound, NotAnalysable
from shared.results import Movement, Side
from tests.athletes import Scenario, analysed, delivery, standing, stroke, walking
from worker_service.pipeline.metrics.table import metric_specs
from worker_service.pipeline.track import INDEX, LANDMARKS, Origin

CRICKET = {Movement.CRICKET_BATTING: stroke(140.0), Movement.CRICKET_BOWLING: delivery(145.0)}
OTHER = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT, None: None}

movements = st.sampled_from(sorted(CRICKET))
few = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def measured(movement, **camera):
    scenario: Scenario = CRICKET[Movement(movement)]
    return analysed(scenario.filmed(**camera), Movement(movement)).measurement


def values(measurement):
    return {key: metric.value for key, metric in measurement.metrics.items()}


def assert_alike(one, other, tolerance=2e-3):
    assert one.keys() == other.keys()
    for key, value in one.items():
        assert (value is None) == (other[key] is None), key
        if value is not None:
            assert value == pytest.approx(other[key], abs=tolerance, rel=tolerance), key


@few
@given(movement=movements, rate_hz=st.sampled_from([30, 60, 120]))
def test_a_mirror_swaps_the_sides_and_nothing_else(movement, rate_hz):
    seen = measured(movement, rate_hz=rate_hz)
    mirrored = measured(movement, rate_hz=rate_hz, mirrored=True)
    assert_alike(values(seen), values(mirrored))
    assert [OTHER[event.side] for event in seen.events] == [e.side for e in mirrored.events]
    for key, metric in seen.metrics.items():
        assert OTHER[metric.side] is mirrored.metrics[key].side


@few
@given(movement=movements, shift_s=st.floats(0.0, 100.0))
def test_a_later_start_shifts_the_events_and_nothing_else(movement, shift_s):
    seen, later = measured(movement), measured(movement, starts_at_s=shift_s)
    assert_alike(values(seen), values(later))
    shifts = [b.t_s - a.t_s for a, b in zip(seen.events, later.events, strict=True)]
    assert shifts == pytest.approx([shift_s] * len(shifts), abs=0.01)


@few
@given(
    movement=movements,
    px_per_m=st.floats(120.0, 600.0),
    size=st.sampled_from([(1920, 1080), (1080, 1920), (640, 480)]),
)
def test_distance_and_format_change_nothing(movement, px_per_m, size):
    seen = measured(movement)
    other = measured(movement, px_per_m=px_per_m, width_px=size[0], height_px=size[1])
    assert_alike(values(seen), values(other))
    assert [event.t_s for event in seen.events] == [event.t_s for event in other.events]


@few
@given(movement=movements, factor=st.sampled_from([2.0, 4.0, 8.0]))
def test_slow_motion_changes_the_clock_of_the_video_only(movement, factor):
    seen = measured(movement, rate_hz=240)
    slow = measured(movement, rate_hz=240, slow_motion_factor=factor)
    assert_alike(values(seen), values(slow))
    times = [(a.t_s * factor, b.t_s) for a, b in zip(seen.events, slow.events, strict=True)]
    assert np.abs(np.diff(times)).max() < 1e-3 * factor


@few
@given(movement=movements, rate_hz=st.floats(15.0, 240.0), late_s=st.floats(0.0, 0.06))
def test_scores_agree_at_any_rate_from_15_pictures_a_second(movement, rate_hz, late_s):
    truth = measured(movement, rate_hz=120)
    other = measured(movement, rate_hz=rate_hz, late_s=late_s)
    for key, metric in other.metrics.items():
        if metric.score is not None:
            assert metric.score == pytest.approx(truth.metrics[key].score, abs=0.05), key


@few
@given(movement=movements, noise_px=st.floats(0.0, 2.0), seed=st.integers(0, 99))
def test_jitter_of_a_good_recording_moves_no_score_by_more_than_a_tenth(movement, noise_px, seed):
    clear, noisy = measured(movement), measured(movement, noise_px=noise_px, seed=seed)
    for key, metric in clear.metrics.items():
        if metric.score is not None:
            assert noisy.metrics[key].score == pytest.approx(metric.score, abs=0.1), key


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    movement=st.sampled_from(sorted(Movement)),
    scenario=st.sampled_from([stroke(), delivery(), walking(duration_s=1.5), standing(0.6)]),
    rate_hz=st.sampled_from([4, 15, 30, 60]),
    hidden=st.sets(st.sampled_from(LANDMARKS), max_size=20),
    share=st.floats(0.0, 1.0),
    gap=st.tuples(st.floats(0.0, 2.0), st.floats(0.0, 1.0)),
    seed=st.integers(0, 9),
)
def test_whatever_is_hidden_every_metric_has_a_value_or_a_reason(
    movement, scenario, rate_hz, hidden, share, gap, seed
):
    track = scenario.filmed(rate_hz=rate_hz, gaps_s=((gap[0], gap[0] + gap[1]),))
    lost = np.random.default_rng(seed).random(len(track)) < share
    for name in hidden:
        track.xy_px[lost, INDEX[name]] = np.nan
        track.world_m[lost, INDEX[name]] = np.nan
        track.origin[lost, INDEX[name]] = Origin.MISSING
        track.visibility[lost, INDEX[name]] = 0.0
    try:
        result = analysed(track, movement)
    except (NoPersonFound, NotAnalysable):
        return
    assert set(result.measurement.metrics) == set(metric_specs(movement))
    for metric in result.measurement.metrics.values():
        assert (metric.value is None) == (metric.reason is not None)
    assert all(0 <= event.t_s <= track.t_s[-1] for event in result.measurement.events)
