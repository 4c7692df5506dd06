from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker_service.pipeline.video.clock import PresentationClock
from worker_service.pipeline.video.orientation import clockwise_rotation, upright, upright_size
from worker_service.pipeline.video.sampling import nearest_to_grid


@dataclass(frozen=True)
class Moment:
    t_s: float


def moments(times_s):
    return [Moment(t_s) for t_s in times_s]


steps = st.lists(st.floats(0.001, 2.0), min_size=1, max_size=200)
rates = st.floats(0.5, 240.0)


@given(steps, rates)
def test_every_grid_point_within_the_clip_has_its_nearest_picture(steps, rate_hz):
    times = np.concatenate([[0.0], np.cumsum(steps)])
    taken = [m.t_s for m in nearest_to_grid(moments(times), rate_hz)]

    for grid_s in np.arange(0, times[-1], 1 / rate_hz):
        nearest = np.abs(times - grid_s).min()
        assert np.abs(np.array(taken) - grid_s).min() == pytest.approx(nearest, abs=1e-9)


@given(steps, rates)
def test_pictures_come_once_and_in_order(steps, rate_hz):
    times = np.concatenate([[0.0], np.cumsum(steps)])
    taken = [m.t_s for m in nearest_to_grid(moments(times), rate_hz)]

    assert taken == sorted(set(taken))
    assert set(taken) <= set(times)
    assert taken[0] == 0.0
    assert len(taken) <= times[-1] * rate_hz + 2


@given(steps)
def test_rate_zero_takes_everything(steps):
    times = list(np.cumsum(steps))

    assert [m.t_s for m in nearest_to_grid(moments(times), 0)] == times


def test_half_the_rate_takes_every_other_picture():
    times = [k / 29.97 for k in range(60)]

    taken = [m.t_s for m in nearest_to_grid(moments(times), 29.97 / 2)]

    assert taken == times[::2]


@given(st.lists(st.one_of(st.none(), st.integers(-1000, 1000)), max_size=50))
def test_the_clock_only_moves_on(stamps):
    clock = PresentationClock(1 / 30)
    read = [clock.read(pts, Fraction(1, 600)) for pts in stamps]
    seconds = [t_s for t_s in read if t_s is not None]

    assert all(later > earlier for earlier, later in pairwise(seconds))
    assert not seconds or seconds[0] == 0.0


def test_a_picture_without_a_timestamp_follows_at_the_latest_step():
    clock = PresentationClock(1 / 30)

    read = [clock.read(pts, Fraction(1, 10)) for pts in (5, 6, None, 8)]

    assert read == pytest.approx([0.0, 0.1, 0.2, 0.3])


def test_repeated_and_backward_timestamps_are_dropped():
    clock = PresentationClock(1 / 30)

    read = [clock.read(pts, Fraction(1, 10)) for pts in (0, 1, 1, 0, 2)]

    assert read == [0.0, pytest.approx(0.1), None, None, pytest.approx(0.2)]


@pytest.mark.parametrize(
    ("reported", "clockwise"),
    [(0, 0), (-90, 90), (90, 270), (180, 180), (-180, 180), (270, 90), (-89.6, 90)],
)
def test_display_matrices_turn_clockwise(reported, clockwise):
    assert clockwise_rotation(reported) == clockwise


@given(st.sampled_from([0, 90, 180, 270]), st.integers(1, 5), st.integers(1, 5))
def test_turning_agrees_with_the_size_it_announces(rotation, width, height):
    stored = np.arange(width * height * 3, dtype=np.uint8).reshape(height, width, 3)

    turned = upright(stored, rotation)

    assert turned.shape[1::-1] == upright_size(width, height, rotation)
    assert np.array_equal(turned, np.rot90(stored, -rotation // 90))
