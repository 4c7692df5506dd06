"""Arms and legs that were taken for each other, and legs that only cross."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.athletes import Scenario, delivery, running, squats, stroke, walking
from worker_service.pipeline.pose.sides import ARMS, LEGS, mixed_up, with_own_sides
from worker_service.pipeline.track import LANDMARKS, PoseTrack

PX_PER_M = 285.0
NOISE_PX = 2.5
"""At an athlete of about 500 px."""

MOVEMENTS = {
    "walking": walking(),
    "running": running(),
    "running over ground": running(over_ground=True),
    "squats": squats(),
    "bowling": delivery(),
    "batting": stroke(),
}
WHAT = {"legs": (LEGS,), "arms": (ARMS,), "body": (LEGS, ARMS)}
LENGTHS_S = (0.0, 0.1, 0.3, 0.6, 1.0)


def taken(track: PoseTrack, pictures):
    """The track with these pictures only."""
    return replace(
        track,
        **{
            name: getattr(track, name)[pictures]
            for name in ("t_s", "frame", "xy_px", "visibility", "world_m", "origin")
        },
    )


def filmed(scenario: Scenario, rate: str, **camera):
    """At 30 or 60 Hz, or at 15 Hz with 60 Hz in the middle, as two passes leave it."""
    camera = {"noise_px": NOISE_PX, "px_per_m": PX_PER_M} | camera
    if rate != "mixed":
        return scenario.filmed(rate_hz=float(rate), **camera)
    track = scenario.filmed(rate_hz=60.0, **camera)
    share = np.linspace(0, 1, len(track))
    dense = (share > 0.35) & (share < 0.75)
    return taken(track, np.flatnonzero(dense | (np.arange(len(track)) % 4 == 0)))


def swapped(track: PoseTrack, pictures, pairs):
    """The track with limbs taken for each other, as the model does: all but their depth."""
    xy_px, visibility = track.xy_px.copy(), track.visibility.copy()
    for pair in pairs:
        left, right = pair.landmarks
        rows = np.asarray(pictures)[:, None]
        for values, given_values in ((xy_px, track.xy_px), (visibility, track.visibility)):
            values[rows, left], values[rows, right] = (
                given_values[rows, right],
                given_values[rows, left],
            )
    return replace(track, xy_px=xy_px, visibility=visibility)


def wrong_pictures(track: PoseTrack, truth: PoseTrack):
    """(n,) where an arm or a leg is further from its place than noise puts it."""
    limbs = np.concatenate([pair.landmarks.ravel() for pair in (LEGS, ARMS)])
    off = np.linalg.norm(track.xy_px - truth.xy_px, axis=2)[:, limbs]
    return (off > 6 * NOISE_PX).any(axis=1)


def mix_ups(seed):
    """Tracks of every kind, each with one mix-up: (truth, track, pictures)."""
    random = np.random.default_rng(seed)
    for scenario in MOVEMENTS.values():
        for rate in ("30", "60", "mixed"):
            truth = filmed(scenario, rate, azimuth_deg=float(random.choice([0, 30])), seed=seed)
            for pairs in WHAT.values():
                first = int(random.integers(2, len(truth) - 3))
                end_s = truth.t_s[first] + random.choice(LENGTHS_S)
                last = min(int(np.searchsorted(truth.t_s, end_s, side="right")), len(truth) - 1)
                pictures = np.arange(first, last)
                if len(pictures) < 0.4 * len(truth):
                    yield truth, swapped(truth, pictures, pairs), pictures


def test_nineteen_of_twenty_mix_ups_are_repaired_and_hardly_anything_else_is_touched():
    repaired, touched, pictures_in_all = [], 0, 0
    for truth, track, pictures in (case for seed in (1, 2, 3) for case in mix_ups(seed)):
        wrong = wrong_pictures(with_own_sides(track), truth)
        repaired.append(not wrong[pictures].any())
        touched += int(np.delete(wrong, pictures).sum())
        pictures_in_all += len(truth) - len(pictures)
    assert len(repaired) > 120
    assert np.mean(repaired) >= 0.95
    assert touched <= 0.01 * pictures_in_all


@pytest.mark.parametrize("movement", MOVEMENTS)
@pytest.mark.parametrize("rate", ["30", "60", "mixed"])
def test_a_track_without_mix_ups_stays_as_it_is(movement, rate):
    track = filmed(MOVEMENTS[movement], rate, azimuth_deg=20.0)
    assert not wrong_pictures(with_own_sides(track), track).any()


@settings(deadline=None, max_examples=15)
@given(
    st.sampled_from([15.0, 24.0, 30.0, 120.0]),
    st.floats(140.0, 200.0),
    st.floats(0.0, 3.0),
    st.integers(0, 9),
)
def test_legs_that_cross_in_a_stride_are_left_alone(rate_hz, steps_per_minute, noise_px, seed):
    runner = running(2.0, steps_per_minute=steps_per_minute)
    track = runner.filmed(rate_hz=rate_hz, noise_px=noise_px, px_per_m=PX_PER_M, seed=seed)
    assert not mixed_up(track, LEGS).any()


def test_a_mix_up_for_longer_than_not_cannot_be_told_from_the_truth():
    truth = filmed(walking(duration_s=3.0), "30")
    pictures = np.arange(30, len(truth))
    mended = with_own_sides(swapped(truth, pictures, (LEGS,)))
    assert wrong_pictures(mended, truth)[pictures].mean() > 0.9
    assert not wrong_pictures(mended, swapped(truth, np.arange(len(truth)), (LEGS,)))[30:].any()


def test_two_seconds_of_mix_up_between_sound_pictures_are_changed_back():
    truth = filmed(walking(duration_s=3.0), "30")
    mended = with_own_sides(swapped(truth, np.arange(20, 80), (LEGS,)))
    assert not wrong_pictures(mended, truth).any()


def test_visibility_goes_with_its_limb():
    truth = filmed(running(), "60")
    visibility = truth.visibility.copy()
    visibility[:, LEGS.landmarks[0]] = 0.6
    truth = replace(truth, visibility=visibility)
    mended = with_own_sides(swapped(truth, np.arange(60, 66), (LEGS,)))
    assert np.array_equal(mended.visibility, truth.visibility)


def test_a_picture_of_the_wrong_moment_is_no_mix_up():
    """A repeated picture makes a runner stand still and leap; changing legs would not help."""
    track = filmed(running(over_ground=True), "30", noise_px=0.5)
    xy_px = track.xy_px.copy()
    xy_px[40] = xy_px[39]
    assert not wrong_pictures(
        with_own_sides(replace(track, xy_px=xy_px)), replace(track, xy_px=xy_px)
    ).any()


def test_a_hole_in_the_track_is_no_reason_to_change_sides():
    track = filmed(running(), "60", gaps_s=((1.0, 1.9),))
    mended = with_own_sides(track)
    seen = np.isfinite(track.xy_px).all(axis=(1, 2))
    assert np.array_equal(mended.xy_px[seen], track.xy_px[seen])


def test_nobody_has_no_sides():
    track = filmed(walking(duration_s=1.0), "30", gaps_s=((0.0, 9.0),))
    assert not mixed_up(track, LEGS).any()
    assert len(LANDMARKS) == track.xy_px.shape[1]
