"""Files and scenes nobody would ask for, through all four steps."""

import numpy as np
import pytest

from shared.errors import NoPersonFound, NotAnalysable, VideoUnreadable
from shared.results import Movement, Side
from tests.athletes import delivery, standing
from tests.athletes.shots import steady
from tests.athletes.video import (
    Performer,
    cut_between,
    drawn_people,
    small_camera,
    write_film,
)
from tests.files.clips import joined_streams, make_clip, sound_only, truncated_clip
from tests.pipeline.filmed import (
    ERROR_BAND,
    PER_MINUTE,
    PICTURES,
    SQUATTING,
    analysed_film,
    assert_alike,
    tempo,
)
from worker_service.pipeline.signals.motion import Motion
from worker_service.pipeline.track import BREAK_S

OTHER = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT, None: None}


def failed_checks(analysis):
    return {check.id for check in analysis.results.quality.checks if not check.passed}


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return write_film(tmp_path_factory.mktemp("films") / "plain.mp4", SQUATTING, steady(PICTURES))


@pytest.fixture(scope="module")
def expected(plain):
    return analysed_film(plain)


def test_sound_alone_is_no_video(tmp_path):
    with pytest.raises(VideoUnreadable):
        analysed_film(sound_only(tmp_path / "sound.mp4"))


def test_of_two_films_in_a_file_the_first_counts(tmp_path, plain, expected):
    other = write_film(tmp_path / "other.mp4", standing(4.0), steady(PICTURES))
    analysis = analysed_film(joined_streams(plain, other, tmp_path / "both.mp4"))
    assert_alike(analysis, expected, bands=0.001)


@pytest.mark.parametrize(("width_px", "height_px"), [(361, 360), (360, 359), (361, 359)])
def test_odd_sizes_change_no_number(tmp_path, expected, width_px, height_px):
    camera = small_camera(width_px=width_px, height_px=height_px)
    film = write_film(
        tmp_path / "odd.mp4", SQUATTING, steady(PICTURES), camera=camera, pix_fmt="yuv444p"
    )
    analysis = analysed_film(film)
    assert (analysis.track.width_px, analysis.track.height_px) == (width_px, height_px)
    assert_alike(analysis, expected)


def test_an_8k_picture_is_decoded_and_refused_as_too_short(tmp_path):
    camera = small_camera(width_px=7680, height_px=4320, px_per_m=2000.0)
    film = write_film(tmp_path / "8k.mp4", SQUATTING, steady(1), camera=camera)
    with pytest.raises(NotAnalysable, match="Start filming a second before"):
        analysed_film(film)


def test_a_black_film_shows_nobody(tmp_path):
    black = np.zeros((240, 320, 3), np.uint8)
    with pytest.raises(NoPersonFound):
        analysed_film(make_clip(tmp_path / "black.mp4", frames=60, draw=lambda index: black))


def test_a_film_cut_in_the_middle_is_used_as_far_as_it_goes(tmp_path, plain):
    analysis = analysed_film(truncated_clip(plain, tmp_path / "cut.mp4", keep=0.6))
    summary = analysis.results.pose.pose_summary
    assert summary.truncated
    assert 0.3 * PICTURES < summary.frames_total < 0.9 * PICTURES
    assert all(event.t_s <= summary.duration_s for event in analysis.results.events)


@pytest.mark.parametrize("rotation_deg", [90, 180, 270])
def test_a_display_matrix_changes_no_number(tmp_path, expected, rotation_deg):
    film = write_film(
        tmp_path / "turned.mp4", SQUATTING, steady(PICTURES), rotation_deg=rotation_deg
    )
    assert_alike(analysed_film(film), expected)


def test_a_mirror_makes_a_left_armer_of_a_right_armer(tmp_path):
    bowling = {"movement": Movement.CRICKET_BOWLING, "sample_fps": 0}
    shots = steady(84, 60.0, from_s=0.4)
    straight, mirrored = (
        analysed_film(
            write_film(
                tmp_path / f"{mirrored}.mp4",
                delivery(140.0),
                shots,
                camera=small_camera(width_px=640, mirrored=mirrored),
            ),
            **bowling,
        ).results
        for mirrored in (False, True)
    )
    moments = [(event.type, event.t_s) for event in straight.events if event.side]
    assert len(moments) == 3
    assert [event.side for event in straight.events] == [OTHER[e.side] for e in mirrored.events]
    for (kind, t_s), event in zip(moments, mirrored.events, strict=False):
        assert event.type is kind
        assert event.t_s == pytest.approx(t_s, abs=1 / 60)
    knees = [one.metrics["front_knee_brace_score"] for one in (straight, mirrored)]
    assert [knee.side for knee in knees] == [Side.LEFT, Side.RIGHT]
    assert [knee.value for knee in knees] == pytest.approx([140.0, 140.0], abs=3.0)


def test_after_a_cut_another_scene_is_not_taken_for_the_same_movement(tmp_path):
    wide = {"width_px": 960, "height_px": 480}
    one = drawn_people([Performer(SQUATTING, aside_m=-1.4)], steady(PICTURES), small_camera(**wide))
    other = drawn_people(
        [Performer(standing(4.0), aside_m=3.4)],
        steady(PICTURES),
        small_camera(**wide, px_per_m=100.0),
        brightness=40,
    )
    film = make_clip(tmp_path / "cut.mp4", frames=PICTURES, draw=cut_between(one, other, 80))
    analysis = analysed_film(film)
    hips = analysis.track.middle("left_hip", "right_hip")[:, 0]
    assert analysis.results.pose.pose_summary.people_seen == 2
    assert np.nanmax(hips) < 300
    assert analysis.results.pose.pose_summary.detection_rate == pytest.approx(2 / 3, abs=0.05)
    assert all(event.t_s < 80 / 30 for event in analysis.results.events)


def test_across_a_cut_the_same_athlete_does_not_go_on(tmp_path):
    first = drawn_people([Performer(SQUATTING)], steady(PICTURES), small_camera())
    again = drawn_people(
        [Performer(SQUATTING, aside_m=0.1)],
        steady(PICTURES, from_s=0.4),
        small_camera(px_per_m=150.0),
        brightness=40,
    )
    film = make_clip(tmp_path / "cut.mp4", frames=PICTURES, draw=cut_between(first, again, 75))
    analysis = analysed_film(film, sample_fps=0, movement=Movement.WORKOUT)
    [cut_s] = analysis.track.breaks_s
    near = np.abs(analysis.track.t_s - cut_s) <= BREAK_S
    motion = Motion.of(analysis.track)
    known = np.isfinite(motion.point("left_knee")[:, 0])
    repetitions = analysis.results.reps
    assert cut_s == pytest.approx(2.5, abs=BREAK_S)
    assert not analysis.track.present[near].any()
    assert not known[np.abs(motion.t_s - 2.5) < 0.01].any()
    assert known[motion.t_s < cut_s - 0.3].all()
    assert known[motion.t_s > cut_s + 0.3].all()
    assert len(repetitions) == 4
    assert not any(one.start_s < cut_s < one.end_s for one in repetitions)


def test_an_athlete_who_enters_late_is_not_invented_before(tmp_path):
    film = write_film(tmp_path / "late.mp4", [Performer(SQUATTING, enters_s=2.0)], steady(PICTURES))
    analysis = analysed_film(film)
    before = analysis.track.t_s < 1.9
    assert np.all(np.isnan(analysis.track.xy_px[before]))
    assert analysis.results.pose.pose_summary.detection_rate == pytest.approx(0.5, abs=0.05)
    assert "athlete_seen" in failed_checks(analysis)
    assert analysis.results.report.reliability_warning
    assert all(event.t_s >= 1.9 for event in analysis.results.events)


def test_an_athlete_who_leaves_early_is_not_invented_after(tmp_path):
    film = write_film(
        tmp_path / "early.mp4", [Performer(SQUATTING, leaves_s=2.6)], steady(PICTURES)
    )
    analysis = analysed_film(film)
    assert np.all(np.isnan(analysis.track.xy_px[analysis.track.t_s > 2.7]))
    assert "athlete_seen" not in failed_checks(analysis)
    assert all(event.t_s <= 2.7 for event in analysis.results.events)


def test_somebody_there_for_a_moment_is_nobody(tmp_path):
    film = write_film(
        tmp_path / "moment.mp4", [Performer(SQUATTING, leaves_s=0.3)], steady(PICTURES)
    )
    with pytest.raises(NoPersonFound):
        analysed_film(film)


def test_of_three_of_equal_size_the_one_who_moves_is_the_athlete(tmp_path):
    cast = [
        Performer(standing(4.0), aside_m=-1.1),
        Performer(SQUATTING),
        Performer(standing(4.0), aside_m=1.1),
    ]
    film = write_film(
        tmp_path / "three.mp4",
        cast,
        steady(PICTURES),
        camera=small_camera(width_px=540),
    )
    analysis = analysed_film(film)
    hips = analysis.track.middle("left_hip", "right_hip")[:, 0]
    assert analysis.results.pose.pose_summary.people_seen == 3
    assert np.nanmax(np.abs(hips - 270)) < 30
    assert tempo(analysis) == pytest.approx(PER_MINUTE, abs=ERROR_BAND)
