"""Clips whose clock is odd: too short, too slow, uneven, shifted, doubled, slowed down."""

import numpy as np
import pytest

from shared.errors import NotAnalysable, UserAction
from shared.results import Reason
from tests.athletes import squats
from tests.athletes.shots import Shot, slowed_from, spread_from, steady, uneven, with_repeats
from tests.athletes.video import small_camera, write_film
from tests.files.clips import retimed_clip
from tests.pipeline.filmed import (
    ERROR_BAND,
    PER_MINUTE,
    PICTURES,
    SQUATTING,
    analysed_film,
    assert_alike,
    tempo,
)


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """Four squats at 30 pictures a second."""
    return write_film(tmp_path_factory.mktemp("films") / "plain.mp4", SQUATTING, steady(PICTURES))


@pytest.fixture(scope="module")
def expected(plain):
    return analysed_film(plain, sample_fps=0)


def test_the_rhythm_of_a_filmed_athlete_is_read_from_the_pixels(expected):
    assert tempo(expected) == pytest.approx(PER_MINUTE, abs=ERROR_BAND)


@pytest.mark.parametrize("pictures", [1, 3])
def test_a_clip_of_a_few_pictures_is_refused_with_advice(tmp_path, pictures):
    film = write_film(tmp_path / "short.mp4", SQUATTING, steady(pictures))
    with pytest.raises(NotAnalysable, match="Start filming a second before") as refusal:
        analysed_film(film)
    assert refusal.value.user_action is UserAction.RETAKE


def test_at_5_pictures_a_second_only_what_is_slow_is_measured(tmp_path):
    film = write_film(tmp_path / "slow.mp4", SQUATTING, steady(20, 5.0))
    results = analysed_film(film).results
    assert results.pose.pose_summary.sample_fps == pytest.approx(5.0, abs=0.1)
    assert results.metrics["movement_energy"].reason is Reason.SAMPLE_RATE_TOO_LOW
    assert results.metrics["movement_tempo"].value is None
    assert results.metrics["trunk_lean"].value is not None
    assert any("60 pictures a second" in advice for advice in results.quality.retake_advice)
    assert results.findings.findings == []


def test_240_pictures_a_second_give_the_numbers_of_30(tmp_path):
    quick, small = squats(count=4, period_s=0.5), small_camera(240, px_per_m=115.0)
    slow, fast = (
        analysed_film(
            write_film(tmp_path / "film.mp4", quick, steady(round(2.0 * fps), fps), camera=small),
            sample_fps=0,
        )
        for fps in (30.0, 240.0)
    )
    assert len(fast.track) > 6 * len(slow.track)
    assert tempo(slow) == pytest.approx(120.0, abs=2.0)
    assert_alike(fast, slow, bands=1.0)


def test_an_uneven_rate_changes_no_number(tmp_path):
    steps_s = np.random.default_rng(3).uniform(0.010, 0.055, PICTURES)
    times_s = (np.cumsum(steps_s) - steps_s[0]).tolist()
    analysis = analysed_film(
        write_film(tmp_path / "uneven.mp4", SQUATTING, uneven(times_s)), sample_fps=0
    )
    shown = np.array(times_s)[analysis.track.frame]
    assert analysis.track.t_s == pytest.approx(shown, abs=1e-3)
    assert tempo(analysis) == pytest.approx(PER_MINUTE, abs=ERROR_BAND)


def test_a_first_timestamp_below_zero_changes_nothing(tmp_path, plain, expected):
    times_s = [index / 30 - 0.1 for index in range(PICTURES)]
    analysis = analysed_film(retimed_clip(plain, tmp_path / "early.ts", times_s), sample_fps=0)
    assert analysis.track.t_s[0] == 0.0
    assert np.array_equal(analysis.track.frame, expected.track.frame)
    assert_alike(analysis, expected, bands=0.001)


def test_pictures_that_lost_their_timestamp_follow_their_predecessor(tmp_path, plain):
    times_s = [index / 30 - 0.1 for index in range(PICTURES)]  # Matroska holds none below zero
    analysis = analysed_film(retimed_clip(plain, tmp_path / "lost.mkv", times_s), sample_fps=0)
    assert np.all(np.diff(analysis.track.t_s) > 0)
    assert analysis.results.pose.pose_summary.source_fps < 1000
    assert tempo(analysis) == pytest.approx(PER_MINUTE, abs=ERROR_BAND)


def test_of_two_pictures_at_one_time_the_second_is_dropped(tmp_path, plain):
    times_s = [index / 30 for index in range(PICTURES)]
    times_s[50], times_s[100] = times_s[49], times_s[99]
    analysis = analysed_film(retimed_clip(plain, tmp_path / "twice.mkv", times_s), sample_fps=0)
    dropped = set(range(PICTURES)) - set(analysis.track.frame.tolist())
    assert {50, 100} <= dropped
    assert not {49, 51, 99, 101} & dropped
    assert np.all(np.diff(analysis.track.t_s) > 0)
    assert analysis.results.pose.pose_summary.frames_total == PICTURES
    assert tempo(analysis) == pytest.approx(PER_MINUTE, abs=ERROR_BAND)


def test_repeated_pictures_are_no_samples(tmp_path):
    shots = with_repeats(steady(PICTURES), every=7)
    analysis = analysed_film(write_film(tmp_path / "again.mp4", SQUATTING, shots), sample_fps=0)
    repeats = {index for index in range(14, PICTURES) if index % 7 == 0}
    kept = repeats & set(analysis.track.frame.tolist())
    assert len(kept) <= 0.1 * len(repeats)
    assert tempo(analysis) == pytest.approx(PER_MINUTE, abs=ERROR_BAND)


def test_slow_motion_that_repeats_its_pictures_is_noticed_where_it_begins(tmp_path):
    real_s = [index / 30 if index < 60 else 2.0 + (index - 60) // 4 / 30 for index in range(180)]
    shots = [Shot(index / 30, t_s) for index, t_s in enumerate(real_s)]
    film = write_film(tmp_path / "again.mp4", squats(count=4, period_s=1.0), shots)
    analysis = analysed_film(film, sample_fps=0)
    assert len(analysis.track) == pytest.approx(len(set(real_s)), abs=6)
    assert analysis.track.clock_changes_s == pytest.approx((2.0,), abs=0.25)
    assert analysis.results.metrics["movement_energy"].reason is Reason.CLOCK_CHANGES
    assert tempo(analysis) is None


def test_slow_motion_at_an_even_rate_gives_no_rhythm_where_there_are_two(tmp_path):
    """No file tells it from an athlete who slows down; a rhythm that changes is none."""
    squatting = squats(count=6, period_s=1.0)
    plain, slowed = (
        analysed_film(write_film(tmp_path / "film.mp4", squatting, shots), sample_fps=0)
        for shots in (steady(180), slowed_from(3.0, 4.0, count=210))
    )
    assert tempo(plain) == pytest.approx(PER_MINUTE, abs=ERROR_BAND)
    assert slowed.results.metrics["movement_tempo"].reason is Reason.EVENT_NOT_FOUND
    assert same_lean(slowed, plain)


def test_slow_motion_that_spreads_its_pictures_leaves_angles_and_takes_times(tmp_path):
    squatting = squats(count=4, period_s=1.0)
    plain, spread = (
        analysed_film(write_film(tmp_path / "film.mp4", squatting, shots), sample_fps=0)
        for shots in (steady(120), spread_from(2.0, 4.0, real_duration_s=4.0))
    )
    assert spread.track.clock_changes_s == pytest.approx((2.0,), abs=0.2)
    assert tempo(plain) == pytest.approx(PER_MINUTE, abs=ERROR_BAND)
    assert tempo(spread) is None
    assert plain.results.metrics["movement_energy"].value is not None
    assert spread.results.metrics["movement_energy"].reason is Reason.CLOCK_CHANGES
    assert same_lean(spread, plain)
    assert not spread.results.quality.usable
    assert any("one speed" in advice for advice in spread.results.quality.retake_advice)


def same_lean(analysis, other):
    leans = [one.results.metrics["trunk_lean"].value for one in (analysis, other)]
    return leans[0] == pytest.approx(leans[1], abs=1.0)
