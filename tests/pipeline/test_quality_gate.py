"""What a recording must have before anything is measured."""

from dataclasses import replace

import numpy as np
import pytest

from shared.analysis import AnalysisSettings
from shared.errors import NoPersonFound, NotAnalysable, UserAction
from shared.results import Exercise, Movement, OverallLevel, View
from tests.athletes import analysed, delivery, standing, summary_of, walking
from tests.athletes.workout import USUAL_AZIMUTH_DEG, workout
from worker_service.pipeline.pose.footage import Footage
from worker_service.pipeline.quality import judge

BOWLING = AnalysisSettings(movement=Movement.CRICKET_BOWLING)
GENERAL = AnalysisSettings()


def judged(track, settings=GENERAL, footage=None, **summary):
    return judge(track, summary_of(track).model_copy(update=summary), settings, footage)


def looks(*, dark=0.0, white=0.0, blur=0.3, camera_speed=0.0, cuts_s=()):
    """What pictures were like, the same all the time."""
    return Footage(
        t_s=np.arange(12) / 4,
        dark=np.full(12, dark),
        white=np.full(12, white),
        blur=np.full(12, blur),
        camera_speed=np.full(12, camera_speed),
        cuts_s=cuts_s,
    )


def failed(quality):
    return {check.id for check in quality.checks if not check.passed}


def test_a_good_recording_passes_every_check_without_advice():
    quality = judged(delivery().filmed(), BOWLING)
    assert quality.usable
    assert failed(quality) == set()
    assert quality.retake_advice == []


def test_known_failure_1_nobody_in_the_video_is_an_error_and_not_a_result():
    with pytest.raises(NoPersonFound) as caught:
        judged(standing().filmed(gaps_s=((0.0, 9.0),)))
    assert caught.value.user_action is UserAction.RETAKE


@pytest.mark.parametrize(
    ("camera", "summary", "words"),
    [
        ({"px_per_m": 20}, {}, "closer"),
        ({}, {"mean_visibility": 0.1}, "light"),
        ({}, {"detection_rate": 0.05}, "whole athlete"),
        ({}, {"width": 64, "height": 64}, "720p"),
    ],
)
def test_a_hopeless_recording_is_refused_with_advice(camera, summary, words):
    with pytest.raises(NotAnalysable, match=words):
        judged(standing().filmed(**camera), **summary)


def test_a_clip_of_a_blink_is_refused():
    with pytest.raises(NotAnalysable):
        judged(standing(duration_s=0.2).filmed())


def test_every_failed_check_says_what_to_do():
    quality = judged(standing().filmed(rate_hz=10, px_per_m=60), mean_visibility=0.4)
    assert failed(quality) == {"athlete_height", "sample_rate", "visibility"}
    assert len(quality.retake_advice) == 3
    assert quality.checks[-1].value == pytest.approx(10.0)


def test_an_athlete_lost_for_half_of_the_clip_makes_it_unusable():
    assert not judged(standing().filmed(gaps_s=((0.0, 1.1),))).usable


def test_a_given_view_wins():
    settings = BOWLING.model_copy(update={"camera_view": View.REAR})
    view = judged(delivery().filmed(), settings).view
    assert (view.label, view.confidence) == (View.REAR, 1.0)


def test_a_view_given_as_unknown_is_estimated():
    settings = BOWLING.model_copy(update={"camera_view": View.UNKNOWN})
    assert judged(delivery().filmed(), settings).view.label is View.SIDE


def test_cricket_asks_for_a_square_camera():
    assert "camera_square" in failed(judged(delivery().filmed(azimuth_deg=90), BOWLING))


def test_slow_motion_counts_as_the_rate_it_was_recorded_at():
    track = delivery().filmed(rate_hz=240, slow_motion_factor=8)
    rate = next(c for c in judged(track, BOWLING).checks if c.id == "sample_rate")
    assert rate.value == pytest.approx(240.0)


@pytest.mark.parametrize(
    ("footage", "check", "words"),
    [
        ({"dark": 0.9}, "light", "lights"),
        ({"white": 0.6}, "glare", "sun"),
        ({"blur": 0.75}, "sharpness", "lens"),
        ({"camera_speed": 0.2}, "camera_still", "tripod"),
        ({"cuts_s": (1.0,)}, "one_scene", "one take"),
    ],
)
def test_bad_pictures_are_said_in_plain_words(footage, check, words):
    quality = judged(delivery().filmed(), BOWLING, looks(**footage))
    assert failed(quality) == {check}
    assert words in quality.retake_advice[0]


def test_good_pictures_pass():
    quality = judged(delivery().filmed(), BOWLING, looks())
    assert failed(quality) == set()
    assert {"light", "glare", "sharpness", "camera_still", "one_scene"} <= {
        check.id for check in quality.checks
    }


def test_what_pictures_cannot_tell_is_not_asked():
    quality = judged(standing().filmed(), GENERAL, looks(blur=np.nan, camera_speed=np.nan))
    assert not {"sharpness", "camera_still"} & {check.id for check in quality.checks}


def test_a_jolt_of_the_camera_is_no_pan():
    speed = np.zeros(12)
    speed[4] = 0.5
    assert "camera_still" not in failed(
        judged(standing().filmed(), GENERAL, replace(looks(), camera_speed=speed))
    )


def test_slow_motion_that_begins_inside_the_clip_is_reported():
    track = replace(delivery().filmed(), clock_changes_s=(0.5,))
    quality = judged(track, BOWLING)
    assert failed(quality) == {"steady_clock"}
    assert "one speed" in quality.retake_advice[0]


def test_a_fast_movement_is_judged_by_its_fast_window():
    dense = delivery().filmed(rate_hz=60)
    kept = np.flatnonzero((np.arange(len(dense)) % 4 == 0) | (dense.real_s > 1.0))
    columns = ("t_s", "frame", "xy_px", "visibility", "world_m", "origin")
    mixed = replace(dense, **{name: getattr(dense, name)[kept] for name in columns})
    rate = next(c for c in judged(mixed, BOWLING).checks if c.id == "sample_rate")
    assert rate.value == pytest.approx(60.0, rel=0.01)


@pytest.mark.parametrize(
    ("settings", "azimuth_deg", "check"),
    [
        ({"movement": Movement.RUNNING}, 0, None),
        ({"movement": Movement.RUNNING}, 90, "camera_beside"),
        ({"movement": Movement.WORKOUT, "exercise": Exercise.SQUAT}, 90, "camera_beside"),
        ({"movement": Movement.WORKOUT, "exercise": Exercise.JUMPING_JACK}, 0, "camera_facing"),
        ({"movement": Movement.WORKOUT, "exercise": Exercise.JUMPING_JACK}, 90, None),
        ({"movement": Movement.WORKOUT}, 0, None),
        ({"movement": Movement.GENERAL}, 0, None),
    ],
)
def test_each_movement_asks_for_its_own_place_of_the_camera(settings, azimuth_deg, check):
    quality = judged(
        walking(duration_s=2.0).filmed(azimuth_deg=azimuth_deg), AnalysisSettings(**settings)
    )
    places = {"camera_square", "camera_beside", "camera_facing"}
    assert failed(quality) & places == ({check} if check else set())


@pytest.mark.parametrize(
    ("change", "footage", "check"),
    [
        ({}, {"cuts_s": (1.0,)}, "one_scene"),
        ({"clock_changes_s": (0.3,)}, {}, "steady_clock"),
    ],
)
def test_one_decisive_check_is_enough_to_make_a_recording_unusable(change, footage, check):
    quality = judged(replace(delivery().filmed(), **change), BOWLING, looks(**footage))
    assert failed(quality) == {check}
    assert not quality.usable


def test_a_small_athlete_makes_a_recording_unusable():
    assert not judged(delivery().filmed(px_per_m=70), BOWLING).usable


def test_what_every_metric_allows_for_itself_makes_no_recording_unusable():
    poor = {"dark": 0.9, "blur": 0.8, "camera_speed": 0.2}
    quality = judged(delivery().filmed(rate_hz=10, azimuth_deg=45), BOWLING, looks(**poor))
    assert len(failed(quality)) == 5
    assert quality.usable


def test_technique_is_neither_faulted_nor_praised_in_an_unusable_recording():
    faulty, sound = (delivery(knee_deg, steps=6).filmed(rate_hz=120) for knee_deg in (115.0, 165.0))
    assert bowled(faulty).findings.findings
    assert bowled(sound).report.strengths
    for track in (faulty, sound):
        result = bowled(replace(track, clock_changes_s=(0.1,)))
        assert result.measurement.metrics["front_knee_at_release"].value is not None
        assert result.findings.findings == []
        assert result.findings.overall_level is OverallLevel.NOT_MEASURABLE
        assert result.report.strengths == []
        assert "not judged" in result.report.reliability_warning


def bowled(track):
    return analysed(track, Movement.CRICKET_BOWLING)


def height_px(track):
    return next(c.value for c in judged(track).checks if c.id == "athlete_height")


@pytest.mark.parametrize("exercise", list(Exercise))
def test_an_athlete_is_as_tall_in_any_exercise(exercise):
    track = workout(exercise, 2).filmed(px_per_m=200.0, azimuth_deg=USUAL_AZIMUTH_DEG[exercise])
    assert height_px(track) == pytest.approx(height_px(standing().filmed(px_per_m=200.0)), rel=0.1)


def test_an_athlete_upside_down_is_as_tall_as_upright():
    upright = standing().filmed()
    handstand = replace(upright, xy_px=upright.xy_px * [1.0, -1.0] + [0.0, 1000.0])
    assert height_px(handstand) == pytest.approx(height_px(upright))


def test_height_is_the_standing_height():
    """The generated body is 1.75 m tall from 1.36 m of shank, thigh and trunk."""
    assert height_px(standing().filmed(px_per_m=200.0)) == pytest.approx(350.0, rel=0.02)
