"""What the report says of what is missing, and where it sends the coach next."""

import pytest

from shared.results import Exercise, Metric, Movement, Reason, Reference
from tests.athletes import analysed, delivery, running, stroke, walking
from tests.athletes.exercises import Form
from tests.athletes.workout import workout
from worker_service.pipeline.metrics.table import metric_specs
from worker_service.pipeline.quality.questions import PLACES
from worker_service.pipeline.report.wording import amount, measured

RUNNING, BOWLING, WORKOUT = Movement.RUNNING, Movement.CRICKET_BOWLING, Movement.WORKOUT
FRONT_DEG, REAR_DEG = -90.0, 90.0


def uneven_pull_ups():
    track = workout(Exercise.PULL_UP, 3, form=Form(uneven=0.5)).filmed(azimuth_deg=FRONT_DEG)
    return analysed(track, WORKOUT, exercise=Exercise.PULL_UP)


def test_a_single_squat_that_nobody_named_is_asked_for_its_name():
    report = analysed(workout(Exercise.SQUAT, 1).filmed(), WORKOUT).report
    assert "which exercise this is could not be told" in report.summary
    assert report.retake_advice[0].startswith("Say which exercise it is")


def test_who_walks_hears_that_walking_is_not_measured():
    report = analysed(walking().filmed(), RUNNING).report
    assert "Walking" in report.summary
    assert "walking is not measured" in report.retake_advice[0]
    assert "the moment it is measured at" not in report.summary


@pytest.mark.parametrize(
    ("scenario", "movement", "azimuth_deg"),
    [(running(3.5), RUNNING, FRONT_DEG), (delivery(165.0), BOWLING, REAR_DEG)],
    ids=["runner from the front", "bowler from behind"],
)
def test_a_clip_from_where_it_was_asked_for_is_not_sent_back(scenario, movement, azimuth_deg):
    result = analysed(scenario.filmed(azimuth_deg=azimuth_deg), movement)
    assert PLACES[movement].advice in result.quality.retake_advice
    assert PLACES[movement].advice not in result.report.retake_advice
    assert any("second clip" in line for line in result.report.retake_advice)


def test_an_oblique_clip_is_still_told_where_to_stand():
    result = analysed(running(3.5).filmed(azimuth_deg=45), RUNNING)
    assert PLACES[RUNNING].advice in result.report.retake_advice


def test_a_bowler_is_never_filmed_in_the_line_of_the_ball():
    advice = analysed(delivery(160.0).filmed(), BOWLING).report.retake_advice
    assert any("behind the stumps" in line for line in advice)
    assert not any("batter's end" in line for line in advice)


def test_a_part_that_rested_does_not_make_the_athlete_still():
    report = analysed(delivery(165.0).filmed(azimuth_deg=REAR_DEG), BOWLING).report
    assert not any("hardly moves" in line for line in report.retake_advice)


def test_a_difference_is_no_median_and_a_repeated_value_names_its_repetitions():
    uneven = analysed(running(3.5, left_contact_s=0.05, speed_m_s=2.5).filmed(), RUNNING)
    assert "typical" not in uneven.report.top_issues[0].explanation
    stiff = analysed(running(3.5, lean_deg=24.0, speed_m_s=2.6).filmed(), RUNNING)
    assert "typical of 8 strides" in stiff.report.top_issues[0].explanation


def test_the_side_that_does_less_is_named():
    result = uneven_pull_ups()
    side = result.measurement.metrics["side_symmetry"].side
    assert f"the {side} shoulder goes less far" in result.report.summary


def test_a_value_of_nothing_is_said_in_words():
    elbow = metric_specs(BOWLING)["elbow_drop_score"]
    assert amount(elbow, 0.0, unit=elbow.unit) == "level with the shoulder"
    contact = metric_specs(RUNNING)["contact_time_asymmetry"]
    assert amount(contact, 0.004, unit=contact.unit) == "under 1 %"


def test_a_published_range_says_whom_it_describes():
    spec = metric_specs(RUNNING)["contact_time"]
    metric = Metric(value=0.25, unit="s", reference=spec.reference)
    assert measured(spec, metric) == "0.250 s (published at threshold pace: 0.200 to 0.260)"
    open_ended = metric.model_copy(update={"reference": Reference(high=0.3, source="made up")})
    assert measured(spec, open_ended) == "0.250 s (published: up to 0.300)"


def test_one_fault_is_worked_on_in_several_ways_and_not_called_the_next_one():
    report = analysed(stroke(95.0).filmed(), Movement.CRICKET_BATTING).report
    assert len(report.top_issues) == 1
    assert not any(day.focus.startswith("Next:") for day in report.one_week_plan)
    lines = [line for day in report.one_week_plan for line in day.activities]
    assert any(line.startswith("Compare the front knee with") for line in lines)


def test_values_left_out_of_the_summary_are_counted():
    result = analysed(running(3.5).filmed(), RUNNING)
    given = [one for one in result.measurement.metrics.values() if one.value is not None]
    left_out = len(given) - len(result.report.strengths) - 6
    assert f"{left_out} more values stand in the list of metrics" in result.report.summary


def test_nothing_measured_for_want_of_a_moment_is_said_once():
    report = analysed(walking().filmed(), RUNNING).report
    assert "Nothing was measured" not in report.summary
    assert Reason.EVENT_NOT_FOUND in {
        metric.reason
        for metric in analysed(walking().filmed(), RUNNING).measurement.metrics.values()
    }
