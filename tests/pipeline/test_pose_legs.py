from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker_service.pipeline.pose.legs import mixed_up_legs, with_own_legs
from worker_service.pipeline.track import INDEX, LANDMARKS, Origin, PoseTrack

LEFT, RIGHT = (
    [INDEX[f"{side}_{part}"] for part in ("hip", "knee", "ankle", "heel", "foot_index")]
    for side in ("left", "right")
)


FEET_APART = [(28, 1), (30, 2), (30, 5), (48, 10)]


def runner(*, fps=60.0, strides_hz=1.4, jitter_px=0.0, n=120):
    """A runner from the side, 400 px from shoulder to ankle, whose legs cross twice a stride."""
    t_s = np.arange(n) / fps
    xy_px = np.full((n, len(LANDMARKS), 2), 0.0)
    xy_px[:, :] = np.stack([100 + 300 * t_s, np.full(n, 300.0)], axis=1)[:, None]
    for side, phase in (("left", 0.0), ("right", np.pi)):
        angle = 2 * np.pi * strides_hz * t_s + phase
        for part, reach, height in (("shoulder", 0, -160), ("hip", 5, 0), ("knee", 60, 120)):
            xy_px[:, INDEX[f"{side}_{part}"]] += np.stack(
                [reach * np.sin(angle), np.full(n, height)], axis=1
            )
        for part, ahead in (("ankle", 0), ("heel", -20), ("foot_index", 40)):
            xy_px[:, INDEX[f"{side}_{part}"]] += np.stack(
                [120 * np.sin(angle) + ahead, 240 - 50 * np.maximum(np.cos(angle), 0)], axis=1
            )
    xy_px += np.random.default_rng(1).normal(0, jitter_px, xy_px.shape)
    shape = (n, len(LANDMARKS))
    return PoseTrack(
        t_s=t_s,
        frame=np.arange(n),
        xy_px=xy_px,
        visibility=np.full(shape, 0.9),
        world_m=np.zeros((*shape, 3)),
        origin=np.full(shape, Origin.DETECTED, np.uint8),
        width_px=1920,
        height_px=1080,
    )


def mixed_up(track, pictures):
    xy_px = track.xy_px.copy()
    xy_px[pictures, LEFT] = track.xy_px[pictures, RIGHT]
    xy_px[pictures, RIGHT] = track.xy_px[pictures, LEFT]
    return replace(track, xy_px=xy_px)


@given(st.sampled_from([24.0, 30.0, 60.0, 120.0]), st.floats(0.5, 1.7), st.floats(0, 4))
def test_legs_that_cross_in_a_stride_are_left_alone(fps, strides_hz, jitter_px):
    track = runner(fps=fps, strides_hz=strides_hz, jitter_px=jitter_px)

    assert not mixed_up_legs(track).any()


@pytest.mark.parametrize(("first", "count"), FEET_APART)
def test_a_short_mix_up_is_undone(first, count):
    track = runner(jitter_px=1.0)
    apart = np.linalg.norm(track.xy_px[:, LEFT[2]] - track.xy_px[:, RIGHT[2]], axis=1)
    pictures = np.arange(first, first + count)[:, None]
    assert apart[[first, first + count - 1]].min() > 90, "or there is nothing to tell them by"

    mended = with_own_legs(mixed_up(track, pictures))

    assert np.array_equal(mended.xy_px, track.xy_px)


def test_nothing_is_changed_where_the_rate_is_too_low_to_tell():
    track = runner(fps=15.0)

    assert not mixed_up_legs(mixed_up(track, np.array([[30]]))).any()
