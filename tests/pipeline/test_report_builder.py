"""The report says what was measured, and nothing else."""

import pytest

from shared.results import Movement, Severity
from tests.athletes import analysed, delivery, squats, standing, stroke
from worker_service.pipeline.metrics.table import metric_specs
from worker_service.pipeline.report.wording import amount

BATTING, BOWLING, GENERAL = (
    Movement.CRICKET_BATTING,
    Movement.CRICKET_BOWLING,
    Movement.GENERAL,
)


def reported(scenario, movement, *, settings=None, **camera):
    return analysed(scenario.filmed(**camera), movement, **(settings or {}))


def plan_words(report):
    return [(day.focus, *day.activities) for day in report.one_week_plan]


def test_a_finding_becomes_the_first_issue_with_its_moment():
    result = reported(delivery(102.0), BOWLING)
    issue = result.report.top_issues[0]
    assert issue.code == "KNEE_COLLAPSE"
    assert issue.severity is Severity.HIGH
    assert issue.look_at_s == result.findings.findings[0].evidence.scrub_t_s
    assert "102°" in issue.explanation
    assert "the front knee bends deeply" in result.report.summary


def test_the_summary_names_what_was_not_measured_and_why():
    summary = reported(delivery(160.0), BOWLING).report.summary
    assert "1 delivery found" in summary
    assert "timing of hips and shoulders, because this camera position cannot show it" in summary


def test_without_a_finding_the_report_says_so_and_praises_only_what_was_measured():
    report = reported(delivery(165.0), BOWLING).report
    assert report.top_issues == []
    assert "Nothing that was measured lies clearly beyond its limit" in report.summary
    assert len(report.strengths) >= 2
    assert not any("hips unwind" in strength for strength in report.strengths)


def test_nothing_measured_is_nothing_praised():
    report = reported(standing(), BATTING).report
    assert report.strengths == []
    assert report.top_issues == []
    assert "No stroke was found" in report.summary
    assert "not enough evidence" in report.summary
    assert report.one_week_plan[0].focus == "Film again"


def test_too_few_pictures_lead_to_filming_again():
    report = reported(delivery(), BOWLING, rate_hz=15).report
    assert "too few pictures a second" in report.summary
    assert any("60 pictures a second" in advice for advice in report.retake_advice)
    assert len(report.retake_advice) == len(set(report.retake_advice))


@pytest.mark.parametrize(
    ("scenario", "movement"),
    [
        (delivery(102.0), BOWLING),
        (delivery(165.0), BOWLING),
        (stroke(95.0), BATTING),
        (stroke(140.0), BATTING),
        (standing(), BATTING),
        (squats(), GENERAL),
    ],
)
def test_every_report_has_seven_different_days_and_the_drills_they_name(scenario, movement):
    report = reported(scenario, movement).report
    assert [day.day for day in report.one_week_plan] == [1, 2, 3, 4, 5, 6, 7]
    assert len(set(plan_words(report))) == 7
    named = {drill_id for day in report.one_week_plan for drill_id in day.drill_ids}
    assert {drill.id for drill in report.drills} == named
    assert not any("{" in line for day in plan_words(report) for line in day)


def test_different_findings_give_different_weeks():
    knee = reported(stroke(95.0), BATTING)
    head = reported(stroke(140.0, sway_m=0.22), BATTING)
    assert {f.code for f in knee.findings.findings} != {f.code for f in head.findings.findings}
    assert plan_words(knee.report) != plan_words(head.report)


def test_an_athlete_rarely_seen_gives_a_warning():
    report = reported(squats(), GENERAL, gaps_s=((2.0, 6.5),)).report
    assert "Reliability is low" in report.reliability_warning
    assert report.top_issues[0].code == "INSUFFICIENT_POSE_VISIBILITY"
    assert report.one_week_plan[0].focus == "Film again"


def test_a_good_recording_needs_no_warning():
    assert reported(delivery(), BOWLING).report.reliability_warning is None


def test_a_general_movement_is_described_and_not_judged():
    report = reported(squats(), GENERAL).report
    assert "does not judge technique" in report.summary
    assert "torso lengths a second" in report.summary
    assert report.strengths == []


def test_a_value_is_said_as_a_coach_would():
    specs = metric_specs(BOWLING)

    def said(key, value):
        return amount(specs[key], value)

    assert said("elbow_drop_score", -0.42) == "0.42 torso lengths below the shoulder"
    assert said("hip_shoulder_separation_timing", 0.04) == "the shoulders 0.04 s after the hips"
    assert said("front_knee_brace_score", 141.6) == "142°"


def test_the_report_gives_no_total_score():
    words = reported(delivery(), BOWLING).report.model_dump_json().lower()
    assert "total" not in words
    assert "/100" not in words
