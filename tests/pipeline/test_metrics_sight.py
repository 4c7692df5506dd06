"""How well some landmarks were seen, where the rate of the pictures changes inside a clip."""

from dataclasses import replace

import numpy as np
import pytest

from shared.results import Movement, Reason
from tests.athletes import analysed, standing
from worker_service.pipeline.metrics.sight import look

HIPS = ("left_hip", "right_hip")


def looked_at_closely(track, start_s, end_s, *, coarse_hz, dense_hz=240.0):
    """What two passes leave: every picture between two seconds, few anywhere else."""
    every = round(dense_hz / coarse_hz)
    inside = (track.real_s >= start_s) & (track.real_s <= end_s)
    kept = np.flatnonzero(inside | (np.arange(len(track)) % every == 0))
    columns = ("t_s", "frame", "xy_px", "visibility", "world_m", "origin")
    return replace(track, **{name: getattr(track, name)[kept] for name in columns})


@pytest.mark.parametrize("coarse_hz", [5.0, 15.0])
def test_a_moment_is_judged_by_the_pictures_close_to_it_and_not_by_the_clip_s_rate(coarse_hz):
    dense = standing(duration_s=4.0).filmed(rate_hz=240)
    at_s = 2.0
    hidden = np.abs(dense.real_s - at_s) > 0.2
    visibility = np.where(hidden[:, None], 0.1, dense.visibility)
    track = looked_at_closely(replace(dense, visibility=visibility), 1.5, 2.5, coarse_hz=coarse_hz)
    seen = look(track, HIPS, at_s, at_s)
    assert seen.rate_hz == pytest.approx(240.0)
    assert seen.visibility == pytest.approx(0.95)


@pytest.mark.parametrize("rate_hz", [2.0, 5.0, 60.0])
def test_a_moment_of_a_slow_clip_is_judged_by_three_pictures_at_least(rate_hz):
    seen = look(standing(duration_s=4.0).filmed(rate_hz=rate_hz), HIPS, 2.0, 2.0)
    assert seen.rate_hz == pytest.approx(rate_hz)
    assert seen.coverage == 1.0


def test_nothing_is_seen_outside_a_clip():
    seen = look(standing(duration_s=1.0).filmed(), HIPS, 5.0, 5.0)
    assert (seen.visibility, seen.coverage, seen.rate_hz) == (0.0, 0.0, 0.0)


def test_a_clip_that_was_looked_at_closely_for_a_moment_is_not_called_too_slow():
    dense = standing(duration_s=6.0).filmed(rate_hz=60)
    track = looked_at_closely(dense, 2.0, 2.4, coarse_hz=5.0, dense_hz=60.0)
    assert track.rate_hz == pytest.approx(5.0)
    metrics = analysed(track, Movement.RUNNING).measurement.metrics
    assert metrics["cadence"].reason is Reason.NO_MOVEMENT
