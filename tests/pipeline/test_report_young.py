"""Nothing of adults is held beside an athlete under 18, and the report says no other."""

import pytest

from shared.analysis import AgeBand
from shared.results import Exercise, Movement
from tests.athletes import analysed, delivery, running
from tests.athletes.workout import workout
from worker_service.pipeline.report.wording import words

YOUNG = {"age_band": AgeBand.UNDER_16}


@pytest.fixture(scope="module")
def uneven_runner():
    track = running(3.5, left_contact_s=0.05, speed_m_s=2.5).filmed()
    return analysed(track, Movement.RUNNING, **YOUNG)


@pytest.fixture(scope="module")
def squatter():
    track = workout(Exercise.SQUAT, 3).filmed()
    return analysed(track, Movement.WORKOUT, exercise=Exercise.SQUAT, **YOUNG)


def test_no_value_of_the_young_has_a_score_or_a_published_range(uneven_runner, squatter):
    for result in (uneven_runner, squatter):
        for metric in result.measurement.metrics.values():
            assert metric.score is None
            assert metric.reference is None


def test_the_young_have_no_good_repetitions_by_limits_of_adults(squatter):
    assert squatter.measurement.metrics["good_reps"].value is None
    assert squatter.value("rep_count") == 3
    assert "good repetitions" not in squatter.report.summary


def test_a_difference_between_the_own_sides_stands_with_a_true_sentence(uneven_runner):
    assert [one.code for one in uneven_runner.findings.findings] == ["ASYMMETRY"]
    frames = uneven_runner.findings.findings[0].evidence.worst_frames
    assert [frame.score for frame in frames] == [None] * len(frames)
    summary = uneven_runner.report.summary
    assert "difference between this athlete's own sides" in summary
    assert "does not judge" not in summary


def test_a_young_bowler_is_put_into_no_class():
    track = delivery(120.0, contact_deg=150.0, release_deg=121.0).filmed()
    grown = analysed(track, Movement.CRICKET_BOWLING)
    young = analysed(track, Movement.CRICKET_BOWLING, **YOUNG)
    phrases = [words().kind[kind] for kind in grown.measurement.kinds]
    assert phrases
    assert all(phrase in grown.report.summary for phrase in phrases)
    assert not any(phrase in young.report.summary for phrase in phrases)
