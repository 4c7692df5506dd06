"""What a recording must have before anything is measured."""

from dataclasses import replace

import numpy as np
import pytest

from shared.analysis import AnalysisSettings
from shared.errors import NoPersonFound, NotAnalysable, UserAction
from shared.results import Exercise, Movement, View
from tests.athletes import delivery, standing, summary_of, walking
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


def test_a_recording_that_fails_a_third_of_its_checks_carries_no_number():
    poor = {"dark": 0.9, "blur": 0.8, "camera_speed": 0.2, "cuts_s": (1.0,)}
    track = standing().filmed(rate_hz=10, px_per_m=60)
    assert not judged(track, GENERAL, looks(**poor)).usable
    assert judged(track, GENERAL, looks()).usable
