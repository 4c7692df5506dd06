from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.results import Movement, Side, Stretch
from tests.athletes import delivery, squats, standing, stroke, walking
from tests.athletes.body import HALF_HIPS, assemble, points
from tests.athletes.camera import Scenario
from worker_service.pipeline.signals.even import EVEN_HZ
from worker_service.pipeline.signals.fast import fast_stretches, is_looked_at_once
from worker_service.pipeline.signals.stretches import joined, liveliest, lost_stretches

BOWLING, BATTING = Movement.CRICKET_BOWLING, Movement.CRICKET_BATTING
COARSE_HZ = 15.0


def jump(*, at_s=(3.0,), duration_s=8.0, take_off_m_s=2.6):
    """Standing, and for every time a jump off both feet with arms at the sides."""

    def body(t):
        flight_s = 2 * take_off_m_s / 9.81
        height = np.zeros(len(t))
        for start_s in at_s:
            up = np.clip(t - start_s, 0.0, flight_s)
            height += take_off_m_s * up - 9.81 / 2 * up**2
        yaw = np.full(len(t), 90.0)
        ankles = {
            side: points(0.0, 0.06, sign * HALF_HIPS, t) + points(0.0, height, 0.0, t)
            for side, sign in ((Side.LEFT, 1.0), (Side.RIGHT, -1.0))
        }
        pelvis = points(0.0, 0.9 + height, 0.0, t)
        return assemble(pelvis, pelvis_yaw_deg=yaw, shoulder_yaw_deg=yaw, ankles=ankles)

    return Scenario(body, duration_s)


def one(stretches):
    [stretch] = stretches
    return stretch


@settings(max_examples=25, deadline=None)
@given(late_s=st.floats(0.0, 0.07), noise_px=st.sampled_from([0.0, 4.0]), mirrored=st.booleans())
def test_a_delivery_lies_inside_its_stretch_at_any_phase(late_s, noise_px, mirrored):
    scenario = delivery(run_up_s=4.0)
    track = scenario.filmed(rate_hz=COARSE_HZ, late_s=late_s, noise_px=noise_px, mirrored=mirrored)

    stretch = one(fast_stretches(track, BOWLING))

    contact_s = scenario.moments_s["back_foot_contact"] - late_s
    release_s = scenario.moments_s["release"] - late_s
    assert stretch.start_s < contact_s - 0.4
    assert stretch.end_s > release_s + 0.3
    assert stretch.end_s - stretch.start_s < 2.5


def test_a_delivery_whose_release_was_not_seen_still_has_its_stretch():
    scenario = delivery(run_up_s=4.0)
    release_s = scenario.moments_s["release"]
    track = scenario.filmed(rate_hz=COARSE_HZ, gaps_s=((release_s - 0.05, release_s + 0.1),))

    stretch = one(fast_stretches(track, BOWLING))

    assert stretch.start_s < scenario.moments_s["back_foot_contact"]
    assert stretch.end_s > release_s + 0.1


@settings(max_examples=25, deadline=None)
@given(late_s=st.floats(0.0, 0.07), mirrored=st.booleans())
def test_a_stroke_lies_inside_its_stretch_from_backlift_to_follow_through(late_s, mirrored):
    scenario = stroke()
    track = scenario.filmed(rate_hz=COARSE_HZ, late_s=late_s, mirrored=mirrored)

    stretch = one(fast_stretches(track, BATTING))

    assert stretch.start_s < scenario.moments_s["backlift_top"] - late_s - 0.4
    assert stretch.end_s > scenario.moments_s["contact"] - late_s + 0.3


def test_a_jump_lies_inside_its_stretch():
    track = jump(at_s=(2.0, 5.0)).filmed(rate_hz=COARSE_HZ, px_per_m=250.0, noise_px=2.5)

    first, second = fast_stretches(track, Movement.GENERAL)

    for stretch, take_off_s in ((first, 2.0), (second, 5.0)):
        assert stretch.start_s < take_off_s - 0.2
        assert stretch.end_s > take_off_s + 0.53 + 0.2


def test_feet_that_alternate_are_a_runners_until_the_allowance_is_used_up():
    track = walking(170.0, duration_s=20.0).filmed(rate_hz=COARSE_HZ, noise_px=2.5)

    stretch = one(fast_stretches(track, Movement.RUNNING))

    assert stretch.end_s - stretch.start_s == pytest.approx(8.0, abs=0.1)


@settings(max_examples=50, deadline=None)
@given(
    lengths=st.lists(st.integers(1, 700), min_size=1, max_size=6),
    apart=st.integers(1, 100),
    allowance=st.integers(100, 1000),
)
@example(lengths=[500, 441, 300], apart=20, allowance=960)
@example(lengths=[120, 5, 120], apart=1, allowance=239)
def test_of_lively_runs_as_much_is_taken_as_is_allowed(lengths, apart, allowance):
    curve = np.concatenate(
        [np.r_[np.full(n, 9.0 - i), np.zeros(apart)] for i, n in enumerate(lengths)]
    )
    allowance_s = allowance / EVEN_HZ

    found = liveliest(curve, np.arange(len(curve)) / EVEN_HZ, at_least=1.0, allowance_s=allowance_s)

    too_short = sum(n for n in lengths if n < EVEN_HZ)  # may lie between two that are taken
    between_s = (len(lengths) * (apart + 1) + too_short) / EVEN_HZ
    assert sum(end - start for start, end in found) <= allowance_s + between_s
    assert all(end - start >= 0.99 for start, end in found)
    assert bool(found) == (allowance >= EVEN_HZ and max(lengths) >= EVEN_HZ)


def test_a_cut_is_no_leap_and_hides_none():
    track = jump(at_s=(2.0,)).filmed(rate_hz=COARSE_HZ, px_per_m=250.0, noise_px=2.5)
    lower = np.where(track.t_s < 5.0, 0.0, 150.0)[:, None, None] * [0.0, 1.0]
    cut = replace(track, xy_px=track.xy_px + lower, breaks_s=(5.0,))

    assert fast_stretches(cut, Movement.GENERAL) == fast_stretches(track, Movement.GENERAL)
    assert len(fast_stretches(track, Movement.GENERAL)) == 1


@pytest.mark.parametrize("movement", Movement)
def test_somebody_who_stands_still_has_no_fast_stretch(movement):
    track = standing().filmed(rate_hz=COARSE_HZ, noise_px=2.5)

    assert fast_stretches(track, movement) == []


@pytest.mark.parametrize("movement", [BOWLING, BATTING, Movement.GENERAL, Movement.WORKOUT])
def test_squats_have_no_fast_stretch(movement):
    track = squats().filmed(rate_hz=COARSE_HZ, noise_px=2.5)

    assert fast_stretches(track, movement) == []


def test_nothing_is_looked_at_again_that_was_seen_often_enough():
    assert fast_stretches(delivery(run_up_s=4.0).filmed(rate_hz=60.0), BOWLING) == []
    assert fast_stretches(delivery().filmed(rate_hz=120.0, slow_motion_factor=8.0), BOWLING) == []


def test_in_slow_motion_a_stretch_is_longer_by_the_factor():
    seen = {"rate_hz": COARSE_HZ, "starts_at_s": 0.0}
    [usual] = fast_stretches(delivery(run_up_s=4.0).filmed(**seen), BOWLING)
    [slow] = fast_stretches(delivery(run_up_s=4.0).filmed(**seen, slow_motion_factor=2.0), BOWLING)

    assert slow.start_s == pytest.approx(2 * usual.start_s, abs=0.02)
    assert slow.end_s == pytest.approx(2 * usual.end_s, abs=0.02)


def test_where_the_athlete_was_lost_for_a_moment_is_worth_another_look():
    gaps = ((1.0, 1.5), (3.0, 3.1), (4.0, 7.0))
    track = standing(duration_s=9.0).filmed(rate_hz=COARSE_HZ, gaps_s=gaps)

    stretch = one(lost_stretches(track))

    assert stretch.start_s == pytest.approx(0.93 - 0.2, abs=0.02)
    assert stretch.end_s == pytest.approx(1.53 + 0.2, abs=0.02)


def test_joined_stretches_are_in_order_and_apart():
    given_s = [(4.0, 5.0), (0.0, 1.0), (1.2, 2.0), (4.5, 4.6)]

    found = joined(Stretch(start_s=start, end_s=end) for start, end in given_s)

    assert [(part.start_s, part.end_s) for part in found] == [(0.0, 2.0), (4.0, 5.0)]


def test_an_athlete_who_was_hardly_seen_has_no_fast_stretch():
    track = delivery(run_up_s=4.0).filmed(rate_hz=COARSE_HZ, gaps_s=((0.05, 99.0),))

    assert fast_stretches(track, BOWLING) == []


@settings(max_examples=25, deadline=None)
@given(count=st.integers(1, 30), every_s=st.floats(1.0, 4.0))
def test_stretches_are_in_order_apart_and_within_the_allowance(count, every_s):
    times = tuple(1.0 + np.arange(count) * every_s)
    track = jump(at_s=times, duration_s=times[-1] + 2.0).filmed(rate_hz=COARSE_HZ)

    found = fast_stretches(track, Movement.GENERAL)

    assert found
    assert all(first.end_s + 0.5 <= second.start_s for first, second in pairwise(found))
    total_s = sum(stretch.end_s - stretch.start_s for stretch in found)
    assert total_s <= 8.0 + 1e-6
    assert track.t_s[0] <= found[0].start_s
    assert found[-1].end_s <= track.t_s[-1]


def test_the_liveliest_come_first_when_not_all_can_be_taken():
    quiet, lively = jump(at_s=tuple(range(1, 40, 3)), duration_s=60.0, take_off_m_s=1.8), 3.2
    loud = jump(at_s=tuple(range(45, 58, 3)), duration_s=60.0, take_off_m_s=lively)

    def body(t):
        return {name: a + loud.body(t)[name] - a[:1] for name, a in quiet.body(t).items()}

    found = fast_stretches(replace(quiet, body=body).filmed(rate_hz=COARSE_HZ), Movement.GENERAL)

    assert min(stretch.start_s for stretch in found[-5:]) > 40


@pytest.mark.parametrize("movement", Movement)
def test_a_long_clip_is_always_looked_at_twice_and_one_of_unknown_length_too(movement):
    assert not is_looked_at_once(movement, 12.0)
    assert not is_looked_at_once(movement, 0.0)


def test_a_short_clip_of_a_fast_movement_is_looked_at_once():
    assert is_looked_at_once(BOWLING, 1.2)
    assert is_looked_at_once(BATTING, 2.5)
    assert not is_looked_at_once(Movement.WORKOUT, 1.2)
