"""What a recording must have before anything is measured."""

import pytest

from shared.analysis import AnalysisSettings
from shared.errors import NoPersonFound, NotAnalysable, UserAction
from shared.results import Movement, View
from tests.athletes import delivery, standing, summary_of
from worker_service.pipeline.quality import judge

BOWLING = AnalysisSettings(movement=Movement.CRICKET_BOWLING)
GENERAL = AnalysisSettings()


def judged(track, settings=GENERAL, **summary):
    return judge(track, summary_of(track).model_copy(update=summary), settings)


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
