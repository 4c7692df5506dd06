from dataclasses import replace

import numpy as np
import pytest

from worker_service.pipeline.pose.repair import repaired
from worker_service.pipeline.pose.synthetic_engine import squatting_body
from worker_service.pipeline.track import INDEX, LANDMARKS, Origin, PoseTrack


def squat_track(n=60, fps=30.0, slow=1.0):
    t_s = np.arange(n) / fps
    bodies = np.stack([squatting_body(t) for t in t_s / slow])
    return PoseTrack(
        t_s=t_s,
        frame=np.arange(n),
        xy_px=bodies[:, :, :2] * 500 + 600,
        visibility=np.full((n, len(LANDMARKS)), 0.9),
        world_m=bodies * 1.75,
        origin=np.full((n, len(LANDMARKS)), Origin.DETECTED, np.uint8),
        width_px=1080,
        height_px=1920,
        slow_motion_factor=slow,
    )


def without(track, pictures, landmarks=slice(None)):
    """The track with these samples missing."""
    xy_px, world_m = track.xy_px.copy(), track.world_m.copy()
    visibility, origin = track.visibility.copy(), track.origin.copy()
    xy_px[pictures, landmarks] = np.nan
    world_m[pictures, landmarks] = np.nan
    visibility[pictures, landmarks] = 0
    origin[pictures, landmarks] = Origin.MISSING
    return replace(track, xy_px=xy_px, world_m=world_m, visibility=visibility, origin=origin)


def test_a_whole_track_stays_as_it_is():
    track = squat_track()

    mended = repaired(track)

    assert np.array_equal(mended.xy_px, track.xy_px)
    assert np.all(mended.origin == Origin.DETECTED)


def test_a_short_gap_is_filled_and_marked():
    track = squat_track()

    mended = repaired(without(track, slice(20, 26)))

    assert np.abs(mended.xy_px - track.xy_px).max() < 10
    assert np.all(mended.origin[20:26] == Origin.INTERPOLATED)
    assert np.all(mended.visibility[20:26] == pytest.approx(0.9))
    assert not mended.present[20:26].any()


def test_a_long_gap_stays_missing():
    mended = repaired(without(squat_track(), slice(20, 28)))

    assert np.isnan(mended.xy_px[20:28]).all()
    assert np.all(mended.origin[20:28] == Origin.MISSING)


def test_nothing_is_made_up_before_the_first_and_after_the_last_sample():
    mended = repaired(without(squat_track(), np.r_[0:3, 57:60]))

    assert np.isnan(mended.xy_px[[0, 1, 2, 57, 58, 59]]).all()


def test_the_limit_counts_the_athletes_own_seconds():
    slow = without(squat_track(n=240, slow=8.0), slice(60, 100))

    assert np.all(repaired(slow).origin[60:100] == Origin.INTERPOLATED)


def test_one_misplaced_landmark_is_replaced():
    track = squat_track()
    xy_px = track.xy_px.copy()
    xy_px[30, INDEX["left_wrist"]] += [300, -200]

    mended = repaired(replace(track, xy_px=xy_px))

    assert np.abs(mended.xy_px - track.xy_px).max() < 5
    assert mended.origin[30, INDEX["left_wrist"]] == Origin.INTERPOLATED
    assert (mended.origin == Origin.INTERPOLATED).sum() == 1


def test_a_fast_swing_is_not_taken_for_a_misplaced_landmark():
    track = squat_track(fps=30.0)
    xy_px = track.xy_px.copy()
    turn = 2 * np.pi * 2.5 * track.t_s
    xy_px[:, INDEX["right_wrist"]] += 250 * np.stack([np.cos(turn), np.sin(turn)], axis=1)

    mended = repaired(replace(track, xy_px=xy_px))

    assert np.array_equal(mended.xy_px, xy_px)
