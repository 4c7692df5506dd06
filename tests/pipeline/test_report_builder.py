"""The report says what was measured, and nothing else."""

from itertools import combinations

import numpy as np
import pytest

from shared.analysis import AnalysisSettings
from shared.results import (
    Exercise,
    Metric,
    Movement,
    Quality,
    Reason,
    Reference,
    Repetition,
    Severity,
    View,
    ViewEstimate,
)
from tests.athletes import (
    analysed,
    delivery,
    jumps,
    running,
    squats,
    standing,
    stroke,
    summary_of,
)
from worker_service.pipeline.findings import find
from worker_service.pipeline.metrics import Measurement, VideoClock
from worker_service.pipeline.metrics.table import metric_specs
from worker_service.pipeline.report import build
from worker_service.pipeline.report.wording import amount, listed, words

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
    assert "the front leg is well bent" in result.report.summary


def test_the_summary_names_what_was_not_measured_and_why():
    summary = reported(delivery(160.0), BOWLING).report.summary
    assert "1 delivery found" in summary
    unseen = summary.split("Not measured: ")[1]
    assert "timing of hips and shoulders" in unseen
    assert "because this camera position cannot show it" in unseen


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
    assert "Nothing was measured, because there was no movement to measure." in report.summary
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


FAULTY = {
    "front knee": (delivery(102.0), BOWLING),
    "sound": (delivery(165.0), BOWLING),
    "bent stroke": (stroke(95.0), BATTING),
    "moving head": (stroke(140.0, sway_m=0.22), BATTING),
    "slow steps": (running(steps_per_minute=136.0), Movement.RUNNING),
    "long steps": (running(ahead_m=0.3), Movement.RUNNING),
    "leaning back": (running(lean_deg=-4.0), Movement.RUNNING),
    "shallow squats": (squats(lowest_deg=120.0), Movement.WORKOUT),
    "quick squats": (squats(period_s=0.9), Movement.WORKOUT),
    "squats": (squats(), GENERAL),
    "jumps": (jumps((0.2, 0.3, 0.4)), GENERAL),
}


@pytest.fixture(scope="module")
def reports():
    return {name: reported(*case).report for name, case in FAULTY.items()}


def test_athletes_who_differ_get_reports_that_differ(reports):
    for one, other in combinations(reports.values(), 2):
        assert one.summary != other.summary
        assert one != other
    judged = set(FAULTY) - {"squats", "jumps"}
    for one, other in combinations(sorted(judged), 2):
        assert reports[one].top_issues != reports[other].top_issues
        assert {drill.id for drill in reports[one].drills} != {
            drill.id for drill in reports[other].drills
        }
        assert plan_words(reports[one]) != plan_words(reports[other])


def test_a_summary_is_read_in_half_a_minute(reports):
    assert max(len(report.summary.split()) for report in reports.values()) <= 120


def test_what_an_issue_or_a_strength_says_is_not_said_again():
    report = reported(delivery(102.0), BOWLING).report
    assert "front knee 102" not in report.summary
    assert report.strengths
    assert not any(strength in report.summary for strength in report.strengths)


def test_a_young_athlete_is_measured_and_not_judged():
    young = reported(delivery(102.0), BOWLING, settings={"age_band": "under_16"}).report
    assert "No limits and no published values of adults were used" in young.summary
    assert "front knee 102°" in young.summary
    assert young.top_issues == []
    assert young.strengths == []
    assert young.one_week_plan[0].focus != "Film again"


def handmade(movement, metrics, *, reps=(), exercise=None, view=View.SIDE, **settings):
    """Return the report of a measurement that nobody filmed."""
    values = {
        key: Metric.missing(Reason.NOT_DEFINED_FOR_MOVEMENT, unit=spec.unit)
        for key, spec in metric_specs(movement).items()
    }
    clock = VideoClock(t_s=np.arange(0.0, 3.0, 0.02), frame=np.arange(150))
    measurement = Measurement((), tuple(reps), (), values | metrics, clock, exercise=exercise)
    quality = Quality(
        usable=True,
        view=ViewEstimate(label=view, confidence=1.0),
        checks=[],
        retake_advice=[],
    )
    asked = AnalysisSettings(movement=movement, **settings)
    return build(
        summary=summary_of(standing().filmed()),
        quality=quality,
        measurement=measurement,
        findings=find(measurement, quality, asked),
        settings=asked,
    )


def repeated(*complete):
    return [
        Repetition(index=n, start_s=n, end_s=n + 0.5, complete=whole)
        for n, whole in enumerate(complete)
    ]


def test_repetitions_are_called_what_they_are():
    squatted = handmade(
        Movement.WORKOUT, {}, reps=repeated(True, True, False), exercise=Exercise.SQUAT
    )
    assert squatted.summary.startswith("2 squats and 1 unfinished found, seen from the side.")
    ran = handmade(Movement.RUNNING, {}, reps=repeated(*[True] * 12, False), view=View.UNKNOWN)
    assert ran.summary.startswith("12 strides found.")


def test_a_published_range_stands_beside_the_value():
    key = "trunk_lean"
    reference = Reference(low=3.0, high=11.0, source="made for this test")
    metric = Metric(value=7.2, unit="deg", confidence=0.9, reference=reference)
    assert "7° (published: 3 to 11)" in handmade(GENERAL, {key: metric}).summary
    above = metric.model_copy(update={"reference": reference.model_copy(update={"high": None})})
    assert "7° (published: from 3)" in handmade(GENERAL, {key: above}).summary


def test_advice_names_what_it_would_bring_back():
    unseen = Metric.missing(Reason.VIEW_UNSUITABLE, unit="ratio")
    advice = handmade(GENERAL, {"movement_symmetry": unseen}).retake_advice
    assert advice == ["For symmetry: film a second clip from the front."]


def test_a_second_clip_is_asked_for_from_where_it_shows_what_is_missing():
    side = reported(running(), Movement.RUNNING).report.retake_advice
    assert side == ["For hands across the body: film a second clip from the front."]
    front = reported(running(), Movement.RUNNING, azimuth_deg=-90).report.retake_advice
    assert any("trunk lean" in line and "square from the side" in line for line in front)


def test_a_long_list_ends_with_how_many_more_there_are():
    assert listed(list("abcdef")) == "a, b, c, d, e and f"
    assert listed(list("abcdefgh")) == "a, b, c, d, e and 3 more"


def test_every_unit_of_a_metric_is_said_in_words():
    units = {spec.unit for movement in Movement for spec in metric_specs(movement).values()}
    plain = {"s", "ms", "m", "cm", "%"}
    assert units <= set(words().unit) | plain


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
        return amount(specs[key], value, unit=specs[key].unit)

    assert said("elbow_drop_score", -0.42) == "0.42 torso lengths below the shoulder"
    assert said("hip_shoulder_separation_timing", 0.04) == "the shoulders 0.04 s after the hips"
    assert said("front_knee_brace_score", 141.6) == "142°"


def test_the_report_gives_no_total_score():
    words = reported(delivery(), BOWLING).report.model_dump_json().lower()
    assert "total" not in words
    assert "/100" not in words
