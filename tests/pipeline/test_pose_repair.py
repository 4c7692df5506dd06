from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.athletes import delivery, running, stroke, walking
from worker_service.pipeline.pose.plausible import impossible
from worker_service.pipeline.pose.repair import repaired
from worker_service.pipeline.pose.synthetic_engine import squatting_body
from worker_service.pipeline.signals.outliers import outliers
from worker_service.pipeline.track import BREAK_S, INDEX, LANDMARKS, Origin, PoseTrack

LEG = ("knee", "ankle", "heel", "foot_index")


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
    xy_px[30, INDEX["nose"]] += [60, -40]

    mended = repaired(replace(track, xy_px=xy_px))

    assert np.abs(mended.xy_px - track.xy_px).max() < 5
    assert mended.origin[30, INDEX["nose"]] == Origin.INTERPOLATED
    assert (mended.origin == Origin.INTERPOLATED).sum() == 1


def in_two_takes(track, cut_s):
    """The track as if the athlete had gone elsewhere and turned round at `cut_s`."""
    later = (track.t_s >= cut_s)[:, None, None]
    elsewhere = track.xy_px * [-1.0, 1.0] + [1400.0, 90.0]
    return replace(track, xy_px=np.where(later, elsewhere, track.xy_px), breaks_s=(cut_s,))


@pytest.mark.parametrize("slow", [1.0, 8.0])
def test_nothing_is_mended_across_a_cut(slow):
    both = in_two_takes(squat_track(n=240, slow=slow), 4.0)
    known = np.abs(both.t_s - 4.0) > BREAK_S

    mended = repaired(both)

    assert np.all(mended.origin[known] == Origin.DETECTED)
    assert np.array_equal(mended.xy_px[known], both.xy_px[known])
    assert np.all(mended.origin[~known] == Origin.MISSING)
    assert np.isnan(mended.xy_px[~known]).all()


def test_a_cut_before_the_first_or_after_the_last_sample_parts_nothing():
    track = squat_track()

    mended = repaired(replace(track, breaks_s=(-1.0, 5.0)))

    assert np.array_equal(mended.xy_px, track.xy_px)


@pytest.mark.parametrize("pictures", [[30], [30, 31]])
def test_a_joint_on_too_long_a_limb_is_replaced_with_what_hangs_on_it(pictures):
    track = squat_track()
    xy_px = track.xy_px.copy()
    hand = [INDEX[f"left_{part}"] for part in ("wrist", "pinky", "index", "thumb")]
    xy_px[np.ix_(pictures, hand)] += [300, -200]

    mended = repaired(replace(track, xy_px=xy_px))

    assert np.abs(mended.xy_px - track.xy_px).max() < 10
    assert np.all(mended.origin[np.ix_(pictures, hand)] == Origin.INTERPOLATED)


def test_a_knee_that_slides_along_its_leg_for_a_moment_is_replaced():
    track = squat_track()
    xy_px = track.xy_px.copy()
    hip, knee, ankle = (xy_px[20, INDEX[f"right_{part}"]] for part in ("hip", "knee", "ankle"))
    xy_px[20, INDEX["right_knee"]] = hip + 0.7 * (knee - hip) + 0.3 * (ankle - hip)

    mended = repaired(replace(track, xy_px=xy_px))

    assert mended.origin[20, INDEX["right_knee"]] == Origin.INTERPOLATED
    assert np.abs(mended.xy_px - track.xy_px).max() < 5


def test_two_legs_mixed_into_one_for_a_moment_are_replaced():
    track = running().filmed(rate_hz=30.0)
    feet = [[INDEX[f"{side}_{part}"] for part in ("ankle", "heel")] for side in ("left", "right")]
    apart = np.linalg.norm(track.xy_px[:, feet[0][0]] - track.xy_px[:, feet[1][0]], axis=1)
    picture = 20 + int(apart[20:60].argmax())
    xy_px = track.xy_px.copy()
    xy_px[picture, feet] = track.xy_px[picture, feet].mean(axis=0)

    mended = repaired(replace(track, xy_px=xy_px))

    assert np.all(mended.origin[picture, feet] == Origin.INTERPOLATED)
    assert np.abs(mended.xy_px - track.xy_px)[picture, feet].max() < 0.2 * apart[picture]


@pytest.mark.parametrize("rate_hz", [15, 30, 60, 240])
def test_legs_that_stride_are_not_mixed_into_one(rate_hz):
    track = running(over_ground=True).filmed(rate_hz=rate_hz, noise_px=2.5, px_per_m=285.0)
    legs = [INDEX[f"left_{part}"] for part in LEG]

    assert impossible(track)[:, legs].mean() < 0.001


@pytest.mark.parametrize("rate_hz", [15, 30, 60, 240])
def test_legs_that_step_into_a_stroke_are_not_mixed_into_one(rate_hz):
    track = stroke().filmed(rate_hz=rate_hz, noise_px=2.5)
    legs = [INDEX[f"{side}_{part}"] for side in ("left", "right") for part in LEG]

    assert impossible(track)[:, legs].mean() < 0.001


@pytest.mark.parametrize("rate_hz", [30, 60, 240])
def test_a_bowling_hand_is_fast_and_not_misplaced(rate_hz):
    track = delivery().filmed(rate_hz=rate_hz, noise_px=2.5)
    arm = [INDEX[f"right_{part}"] for part in ("elbow", "wrist", "index")]

    assert not impossible(track)[:, arm].any()


@given(st.floats(0.0, 3.0), st.sampled_from([15.0, 30.0, 60.0]), st.integers(0, 99))
@settings(deadline=None, max_examples=15)
def test_noise_is_hardly_ever_taken_for_a_misplaced_landmark(noise_px, rate_hz, seed):
    track = walking(duration_s=3.0).filmed(
        noise_px=noise_px, rate_hz=rate_hz, seed=seed, px_per_m=285.0
    )

    assert impossible(track).mean() < 0.001


def test_an_outlier_is_found_where_the_rate_changes():
    t_s = np.r_[np.arange(0, 1, 1 / 15), np.arange(1, 2, 1 / 60), np.arange(2, 3, 1 / 15)]
    path = np.stack([np.sin(t_s), np.cos(t_s)], axis=1)
    path[[20, 40]] += 0.2

    assert np.flatnonzero(outliers(t_s, path, pull=50.0)).tolist() == [20, 40]


def test_slow_sampling_gives_a_limb_time_to_be_there_and_back():
    t_s = np.arange(0, 3, 1 / 5)
    path = np.zeros((len(t_s), 2))
    path[7] = [0.3, 0.0]

    assert not outliers(t_s, path, pull=200.0).any()
    assert outliers(t_s / 12, path, pull=200.0).any()
