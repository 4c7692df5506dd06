"""The same run gives the same numbers, however it was filmed."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.errors import NoPersonFound, NotAnalysable
from shared.results import Movement, Side
from tests.athletes import analysed, running
from worker_service.pipeline.metrics.table import metric_specs
from worker_service.pipeline.track import INDEX, LANDMARKS, Origin

RUNNING = Movement.RUNNING
RUNNER = running(2.6, left_contact_s=0.03, left_knee_deg=6.0, speed_m_s=2.5)
OTHER = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT, None: None}

few = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def measured(**camera):
    return analysed(RUNNER.filmed(**camera), RUNNING).measurement


SEEN = measured()


def assert_alike(one, other, tolerance=2e-3):
    for key, metric in one.metrics.items():
        assert metric.reason is other.metrics[key].reason, key
        if metric.value is not None:
            value = other.metrics[key].value
            assert metric.value == pytest.approx(value, abs=tolerance, rel=tolerance), key


@pytest.mark.parametrize("azimuth_deg", [0.0, 180.0])
def test_a_mirror_swaps_the_sides_and_nothing_else(azimuth_deg):
    seen, mirrored = (measured(azimuth_deg=azimuth_deg, mirrored=m) for m in (False, True))
    assert_alike(seen, mirrored)
    assert [OTHER[event.side] for event in seen.events] == [e.side for e in mirrored.events]
    assert [OTHER[rep.side] for rep in seen.reps] == [rep.side for rep in mirrored.reps]
    for key, metric in seen.metrics.items():
        assert OTHER[metric.side] is mirrored.metrics[key].side
    for name, curve in seen.joint_angles.items():
        side, joint = name.split("_")
        assert curve.mean == pytest.approx(
            mirrored.joint_angles[f"{OTHER[Side(side)]}_{joint}"].mean, abs=0.01
        )


def test_running_to_the_left_is_running_to_the_right():
    assert_alike(SEEN, measured(azimuth_deg=180.0), tolerance=0.02)


@few
@given(shift_s=st.floats(0.0, 100.0))
def test_a_later_start_shifts_the_events_and_nothing_else(shift_s):
    later = measured(starts_at_s=shift_s)
    assert_alike(SEEN, later, tolerance=0.02)
    shifts = [b.t_s - a.t_s for a, b in zip(SEEN.events, later.events, strict=True)]
    assert shifts == pytest.approx([shift_s] * len(shifts), abs=0.002)


@few
@given(
    px_per_m=st.floats(120.0, 600.0),
    size=st.sampled_from([(1920, 1080), (1080, 1920), (640, 480)]),
)
def test_distance_and_format_change_nothing(px_per_m, size):
    assert_alike(SEEN, measured(px_per_m=px_per_m, width_px=size[0], height_px=size[1]))


@few
@given(factor=st.sampled_from([2.0, 4.0, 8.0]))
def test_slow_motion_changes_the_clock_of_the_video_only(factor):
    slow = measured(slow_motion_factor=factor)
    assert_alike(SEEN, slow)
    for one, other in zip(SEEN.events, slow.events, strict=True):
        assert other.t_s == pytest.approx(one.t_s * factor, abs=1e-3 * factor)


@settings(few, max_examples=10)
@given(rate_hz=st.floats(15.0, 240.0), late_s=st.floats(0.0, 0.06))
def test_what_a_rate_allows_is_the_same_at_any_rate(rate_hz, late_s):
    for key, metric in measured(rate_hz=rate_hz, late_s=late_s).metrics.items():
        if metric.value is None or SEEN.metrics[key].value is None:
            continue
        assert metric.value == pytest.approx(SEEN.metrics[key].value, abs=metric.error_band), key
        if metric.score is not None:
            assert metric.score == pytest.approx(SEEN.metrics[key].score, abs=0.1), key


@settings(few, max_examples=15)
@given(
    rate_hz=st.sampled_from([5, 15, 30, 60]),
    hidden=st.sets(st.sampled_from(LANDMARKS), max_size=20),
    share=st.floats(0.0, 1.0),
    gap=st.tuples(st.floats(0.0, 2.0), st.floats(0.0, 1.0)),
    azimuth_deg=st.sampled_from([0.0, 45.0, -90.0, 90.0]),
    seed=st.integers(0, 9),
)
def test_whatever_is_hidden_every_metric_has_a_value_or_a_reason(
    rate_hz, hidden, share, gap, azimuth_deg, seed
):
    track = RUNNER.filmed(
        rate_hz=rate_hz, azimuth_deg=azimuth_deg, gaps_s=((gap[0], gap[0] + gap[1]),)
    )
    lost = np.random.default_rng(seed).random(len(track)) < share
    for name in hidden:
        track.xy_px[lost, INDEX[name]] = np.nan
        track.world_m[lost, INDEX[name]] = np.nan
        track.origin[lost, INDEX[name]] = Origin.MISSING
        track.visibility[lost, INDEX[name]] = 0.0
    try:
        measurement = analysed(track, RUNNING).measurement
    except (NoPersonFound, NotAnalysable):
        return
    assert set(measurement.metrics) == set(metric_specs(RUNNING))
    for metric in measurement.metrics.values():
        assert (metric.value is None) == (metric.reason is not None)
    assert all(0 <= event.t_s <= track.t_s[-1] for event in measurement.events)
    assert [rep.index for rep in measurement.reps] == list(range(len(measurement.reps)))
