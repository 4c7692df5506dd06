"""Runners with different faults hear different things, and sound runners nothing."""

from itertools import pairwise

import pytest

from shared import catalogue
from shared.analysis import AgeBand
from shared.results import Movement, OverallLevel, Severity
from tests.athletes import analysed, running, standing, walking
from worker_service.pipeline.findings.rulebook import rulebooks
from worker_service.pipeline.report.plan import weeks

RUNNING = Movement.RUNNING

SOUND = {
    "usual": {},
    "over ground": {"over_ground": True},
    "on the forefoot": {"strike_deg": -8.0},
    "slowly with few steps": {"steps_per_minute": 150.0, "contact_s": 0.26, "speed_m_s": 2.5},
    "quick": {"steps_per_minute": 186.0, "contact_s": 0.17, "speed_m_s": 3.8, "knee_deg": 134.0},
}

FAULTS = {
    "LOW_CADENCE": {"steps_per_minute": 138.0, "contact_s": 0.28, "speed_m_s": 2.3},
    "OVERSTRIDE": {
        "ahead_m": 0.33,
        "knee_deg": 122.0,
        "bounce_m": 0.05,
        "contact_s": 0.24,
        "speed_m_s": 2.6,
        "steps_per_minute": 160.0,
    },
    "EXCESSIVE_BOUNCE": {
        "steps_per_minute": 158.0,
        "contact_s": 0.19,
        "bounce_m": 0.14,
        "knee_deg": 134.0,
        "ahead_m": 0.08,
    },
    "UPRIGHT_OR_EXCESSIVE_LEAN": {"lean_deg": 24.0, "speed_m_s": 2.6},
    "STIFF_LANDING": {
        "knee_deg": 160.0,
        "bounce_m": 0.035,
        "ahead_m": 0.05,
        "contact_s": 0.17,
        "speed_m_s": 2.5,
    },
    "CROSS_BODY_ARM_SWING": {"cross_deg": 80.0},
    "ASYMMETRY": {"left_contact_s": 0.05, "speed_m_s": 2.5},
}
VIEW = {"CROSS_BODY_ARM_SWING": {"azimuth_deg": -90}}


def result(runner, *, age_band=None, **camera):
    return analysed(running(3.5, **runner).filmed(**camera), RUNNING, age_band=age_band)


def codes(analysis):
    return {finding.code for finding in analysis.findings.findings}


@pytest.mark.parametrize("noise_px", [0.0, 2.5])
@pytest.mark.parametrize("code", FAULTS)
def test_a_fault_is_found_and_nothing_else(code, noise_px):
    analysis = result(FAULTS[code], noise_px=noise_px, **VIEW.get(code, {}))
    assert codes(analysis) == {code}
    assert analysis.report.top_issues[0].code == code
    assert analysis.report.one_week_plan[0].focus.startswith("Learn slowly")


def test_every_code_of_the_rules_is_shown_by_a_runner():
    assert set(FAULTS) == {rule.code for rule in rulebooks()[RUNNING].rule}


@pytest.mark.parametrize("way", SOUND)
@pytest.mark.parametrize(
    "camera", [{}, {"noise_px": 2.5}, {"azimuth_deg": 40}, {"azimuth_deg": -90}, {"rate_hz": 15}]
)
def test_a_sound_runner_hears_of_no_fault(way, camera):
    analysis = result(SOUND[way], **camera)
    assert analysis.findings.findings == []
    assert analysis.findings.overall_level in {OverallLevel.LOW, OverallLevel.NOT_MEASURABLE}


def test_a_sound_runner_is_praised_for_what_was_measured():
    report = result({}).report
    assert len(report.strengths) >= 3
    assert "stride" in report.summary


def test_two_runners_with_different_faults_get_different_reports():
    one, other = result(FAULTS["LOW_CADENCE"]), result(FAULTS["STIFF_LANDING"])
    assert one.report.summary != other.report.summary
    drills = [{drill.id for drill in each.report.drills} for each in (one, other)]
    assert drills[0] != drills[1]
    assert one.report.one_week_plan != other.report.one_week_plan


def test_a_trunk_that_leans_back_and_one_that_leans_far_ahead_share_a_code_but_not_the_advice():
    back, ahead = result({"lean_deg": -8.0}), result(FAULTS["UPRIGHT_OR_EXCESSIVE_LEAN"])
    assert codes(back) == codes(ahead) == {"UPRIGHT_OR_EXCESSIVE_LEAN"}
    assert back.findings.findings[0].title != ahead.findings.findings[0].title


def test_the_evidence_of_an_overstride_is_at_foot_contacts():
    analysis = result(FAULTS["OVERSTRIDE"])
    finding = analysis.findings.findings[0]
    contacts = [e.t_s for e in analysis.measurement.events if e.type == "foot_contact"]
    looked_at = [finding.evidence.scrub_t_s, *(w.t_s for w in finding.evidence.worst_frames)]
    assert len(finding.evidence.worst_frames) == 3
    for t_s in looked_at:
        assert min(abs(t_s - at_s) for at_s in contacts) < 0.01


def test_a_difference_between_the_sides_points_at_the_side_that_stands_longer():
    analysis = result({"left_contact_s": -0.05, "speed_m_s": 2.5})
    assert analysis.measurement.metrics["contact_time_asymmetry"].side == "right"
    assert analysis.findings.findings[0].severity in {Severity.MEDIUM, Severity.HIGH}


@pytest.mark.parametrize("code", ["LOW_CADENCE", "STIFF_LANDING", "CROSS_BODY_ARM_SWING"])
def test_limits_of_adults_do_not_judge_a_child(code):
    child = result(FAULTS[code], age_band=AgeBand.UNDER_13, **VIEW.get(code, {}))
    assert codes(child) == set()


def test_the_evidence_of_a_stiff_landing_is_while_the_foot_stands():
    analysis = result(FAULTS["STIFF_LANDING"])
    evidence = analysis.findings.findings[0].evidence
    stances = [
        (one.t_s, next(e.t_s for e in analysis.measurement.events if is_toe_off(e, one)))
        for one in analysis.measurement.events[:-4]
        if one.type == "foot_contact"
    ]
    for at_s in (evidence.scrub_t_s, *(frame.t_s for frame in evidence.worst_frames)):
        assert any(down_s <= at_s <= up_s for down_s, up_s in stances)


def is_toe_off(event, contact):
    later = event.t_s > contact.t_s
    return event.type == "toe_off" and later and event.side is contact.side


def test_the_longer_standing_foot_is_named():
    finding = result({"left_contact_s": 0.05, "speed_m_s": 2.5}).findings.findings[0]
    assert finding.side == "left"
    assert finding.title == "The left foot stands longer than the right one"


def test_landing_on_the_heel_is_no_fault():
    assert codes(result({"strike_deg": 18.0})) == set()


@pytest.mark.parametrize("scenario", [standing(2.0), walking()], ids=["standing", "walking"])
def test_who_does_not_run_hears_of_no_fault(scenario):
    analysis = analysed(scenario.filmed(noise_px=1.5), RUNNING)
    assert analysis.findings.findings == []
    assert analysis.findings.overall_level is OverallLevel.NOT_MEASURABLE
    assert analysis.report.strengths == []


def test_running_has_drills_of_its_own():
    own = [entry for entry in catalogue.drills().values() if RUNNING in entry.movements]
    answered = {code for entry in own for code in entry.codes}
    assert len(own) >= 12
    assert set(FAULTS) <= answered


def test_no_two_days_in_a_row_are_for_running():
    for week in (weeks(RUNNING).work, weeks(RUNNING).keep):
        idle = [any(word in day.focus.lower() for word in ("no running", "rest")) for day in week]
        assert all(one or other for one, other in pairwise(idle))
