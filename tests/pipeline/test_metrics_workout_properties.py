"""The same set gives the same numbers, however it was filmed."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.results import Exercise, Movement, Side
from tests.athletes import analysed
from tests.athletes.exercises import Form
from tests.athletes.workout import BRISK, USUAL_AZIMUTH_DEG, workout

OTHER = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT, None: None}
SETS = {one: workout(one, 2, form=Form(uneven=0.2)) for one in Exercise}

exercise_names = st.sampled_from(list(Exercise))
few = settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def measured(exercise, scenario=None, **camera):
    camera.setdefault("azimuth_deg", USUAL_AZIMUTH_DEG[exercise])
    track = (scenario or SETS[exercise]).filmed(**camera)
    return analysed(track, Movement.WORKOUT, exercise=exercise).measurement


def values(measurement):
    return {key: metric.value for key, metric in measurement.metrics.items()}


def assert_alike(one, other, tolerance=2e-3):
    for key, value in one.items():
        assert (value is None) == (other[key] is None), key
        if value is not None:
            assert value == pytest.approx(other[key], abs=tolerance, rel=tolerance), key


@few
@given(exercise=exercise_names, azimuth_deg=st.sampled_from([0.0, -90.0, -40.0]))
def test_a_mirror_swaps_the_sides_and_nothing_else(exercise, azimuth_deg):
    seen = measured(exercise, azimuth_deg=azimuth_deg)
    mirrored = measured(exercise, azimuth_deg=azimuth_deg, mirrored=True)
    assert_alike(values(seen), values(mirrored))
    assert [OTHER[rep.side] for rep in seen.reps] == [rep.side for rep in mirrored.reps]
    for key, metric in seen.metrics.items():
        assert OTHER[metric.side] is mirrored.metrics[key].side


@few
@given(exercise=exercise_names, shift_s=st.floats(0.0, 100.0))
def test_a_later_start_shifts_the_events_and_nothing_else(exercise, shift_s):
    seen, later = measured(exercise), measured(exercise, starts_at_s=shift_s)
    assert_alike(values(seen), values(later))
    shifts = [b.t_s - a.t_s for a, b in zip(seen.events, later.events, strict=True)]
    assert shifts == pytest.approx([shift_s] * len(shifts), abs=0.01)


@few
@given(
    exercise=exercise_names,
    px_per_m=st.floats(120.0, 600.0),
    size=st.sampled_from([(1920, 1080), (1080, 1920), (640, 480)]),
)
def test_distance_and_format_change_nothing(exercise, px_per_m, size):
    seen = measured(exercise)
    other = measured(exercise, px_per_m=px_per_m, width_px=size[0], height_px=size[1])
    assert_alike(values(seen), values(other))
    assert [event.t_s for event in seen.events] == [event.t_s for event in other.events]


@few
@given(exercise=exercise_names, factor=st.sampled_from([2.0, 4.0, 8.0]))
def test_slow_motion_changes_the_clock_of_the_video_only(exercise, factor):
    seen = measured(exercise, rate_hz=120)
    slow = measured(exercise, rate_hz=120, slow_motion_factor=factor)
    assert_alike(values(seen), values(slow))
    times = [(a.t_s * factor, b.t_s) for a, b in zip(seen.events, slow.events, strict=True)]
    assert max(abs(a - b) for a, b in times) < 1e-3 * factor


@few
@given(exercise=exercise_names, rate_hz=st.floats(15.0, 240.0), late_s=st.floats(0.0, 0.06))
def test_nothing_depends_on_the_rate_from_15_pictures_a_second(exercise, rate_hz, late_s):
    quick = workout(exercise, 2, tempo=BRISK, form=Form(uneven=0.2))
    truth = measured(exercise, quick, rate_hz=120)
    other = measured(exercise, quick, rate_hz=rate_hz, late_s=late_s)
    for key, metric in truth.metrics.items():
        value = other.metrics[key].value
        assert (metric.value is None) == (value is None), key
        if metric.value is not None:
            assert value == pytest.approx(metric.value, abs=metric.error_band / 2), key
        if metric.score is not None:
            assert other.metrics[key].score == pytest.approx(metric.score, abs=0.05), key
