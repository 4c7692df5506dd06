"""Rules held against values: beyond by an error band, with evidence, or no finding."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.analysis import AgeBand, AnalysisSettings
from shared.results import (
    Exercise,
    Metric,
    Moment,
    Movement,
    OverallLevel,
    Quality,
    QualityCheck,
    Reason,
    Repetition,
    Series,
    Severity,
    Side,
    View,
    ViewEstimate,
)
from tests.athletes import analysed, delivery, squats, stroke
from worker_service.pipeline.findings import find
from worker_service.pipeline.findings.engine import hold_against
from worker_service.pipeline.findings.rulebook import Adjustment, Rule, rulebooks
from worker_service.pipeline.metrics import Measurement, VideoClock
from worker_service.pipeline.metrics.table import metric_specs

BOWLING = Movement.CRICKET_BOWLING
KNEE, BALANCE, HEAD = "front_knee_brace_score", "balance_drift_score", "head_stability_score"
LIMIT = next(rule.limit for rule in rulebooks()[BOWLING].rule if rule.metric == KNEE)
BAND = 6.0
CLOCK = VideoClock(t_s=np.arange(0, 3, 0.02), frame=np.arange(150))


def knee(deg, *, confidence=0.9, series=None):
    return Metric(
        value=deg,
        unit="deg",
        score=metric_specs(BOWLING)[KNEE].score(deg),
        at=Moment(t_s=1.1, frame=55),
        n=1,
        confidence=confidence,
        error_band=BAND,
        series=series,
    )


def good(key):
    spec = metric_specs(BOWLING)[key]
    return Metric(value=spec.one, unit=spec.unit, score=1.0, confidence=0.9, error_band=0.01)


def recorded(detection=1.0, **failed):
    checks = [("athlete_seen", detection, detection >= 0.6)]
    checks += [(name, 0.0, False) for name in failed]
    return Quality(
        usable=True,
        view=ViewEstimate(label=View.SIDE, confidence=1.0),
        checks=[
            QualityCheck(id=id_, passed=passed, value=value, limit=0.6, unit="1", advice=None)
            for id_, value, passed in checks
        ],
        retake_advice=[],
    )


def found(metrics, quality=None, movement=BOWLING):
    missing = {
        key: Metric.missing(Reason.EVENT_NOT_FOUND, unit=spec.unit)
        for key, spec in metric_specs(movement).items()
    }
    measurement = Measurement((), (), (), missing | metrics, CLOCK)
    return find(measurement, quality or recorded(), AnalysisSettings(movement=movement))


def codes(findings):
    return {finding.code for finding in findings.findings}


@given(st.floats(90.0, 180.0))
def test_a_finding_needs_one_error_band_beyond_the_limit(deg):
    assert ("KNEE_COLLAPSE" in codes(found({KNEE: knee(deg)}))) == (LIMIT - deg >= BAND)


def test_missing_values_give_no_finding_and_no_level():
    result = found({})
    assert result.findings == []
    assert result.overall_level is OverallLevel.NOT_MEASURABLE


def test_an_untrusted_value_gives_no_finding():
    assert found({KNEE: knee(100.0, confidence=0.2)}).findings == []


@pytest.mark.parametrize(
    ("deg", "severity", "level"),
    [
        (LIMIT - 7, Severity.LOW, OverallLevel.LOW),
        (LIMIT - 20, Severity.MEDIUM, OverallLevel.MEDIUM),
        (LIMIT - 32, Severity.HIGH, OverallLevel.HIGH),
    ],
)
def test_severity_grows_with_distance_and_the_worst_decides_the_level(deg, severity, level):
    result = found({KNEE: knee(deg)})
    assert result.findings[0].severity is severity
    assert result.overall_level is level


def test_one_good_value_is_not_enough_to_call_technique_sound():
    assert found({BALANCE: good(BALANCE)}).overall_level is OverallLevel.NOT_MEASURABLE
    both = {BALANCE: good(BALANCE), HEAD: good(HEAD)}
    assert found(both).overall_level is OverallLevel.LOW


def test_the_evidence_points_at_the_worst_moment():
    series = Series(t_s=[1.0, 1.1, 1.2, 1.3], values=[150.0, 110.0, None, 120.0])
    evidence = found({KNEE: knee(110.0, series=series)}).findings[0].evidence
    assert evidence.scrub_t_s == pytest.approx(1.1)
    assert [frame.frame for frame in evidence.worst_frames] == [55, 65]
    assert evidence.worst_frames[0].score <= evidence.worst_frames[1].score
    assert [(s.start_s, s.end_s) for s in evidence.segments] == [(1.1, 1.3)]


def test_worst_frames_are_not_neighbours():
    series = Series(t_s=[1.0, 1.02, 1.04, 1.2], values=[110.0, 109.0, 110.0, 112.0])
    frames = found({KNEE: knee(109.0, series=series)}).findings[0].evidence.worst_frames
    assert [frame.t_s for frame in frames] == [1.02, 1.2]


def test_a_value_without_a_curve_proves_itself():
    evidence = found({KNEE: knee(100.0)}).findings[0].evidence
    assert [frame.frame for frame in evidence.worst_frames] == [55]


def test_an_athlete_seen_in_less_than_60_percent_is_said_once_and_judges_no_technique():
    result = found({}, recorded(detection=0.5))
    assert codes(result) == {"INSUFFICIENT_POSE_VISIBILITY"}
    assert result.findings[0].value == pytest.approx(0.5)
    assert result.overall_level is OverallLevel.NOT_MEASURABLE
    assert codes(found({}, recorded(detection=0.6))) == set()


def test_a_poor_view_weakens_the_knee():
    clear = found({KNEE: knee(100.0)}).findings[0]
    oblique = found({KNEE: knee(100.0)}, recorded(camera_square=False)).findings[0]
    assert oblique.confidence == pytest.approx(clear.confidence * 0.7, abs=1e-3)


def test_a_finding_too_weak_after_adjustment_is_dropped():
    weak = {KNEE: knee(100.0, confidence=0.45)}
    assert codes(found(weak)) == {"KNEE_COLLAPSE"}
    assert codes(found(weak, recorded(camera_square=False))) == set()


def test_drifting_hips_explain_part_of_the_head():
    spec = metric_specs(BOWLING)
    head = Metric(value=0.9, unit=spec[HEAD].unit, confidence=0.9, error_band=0.05)
    drift = Metric(value=0.9, unit=spec[BALANCE].unit, confidence=0.9, error_band=0.05)
    alone = next(f for f in found({HEAD: head}).findings if f.code == "HEAD_MOVEMENT")
    both = found({HEAD: head, BALANCE: drift}).findings
    explained = next(f for f in both if f.code == "HEAD_MOVEMENT")
    assert explained.confidence < alone.confidence


def test_nothing_is_judged_in_a_movement_nobody_named():
    result = found({BALANCE: good(BALANCE)}, movement=Movement.GENERAL)
    assert result.findings == []
    assert result.overall_level is OverallLevel.NOT_MEASURABLE


@pytest.mark.parametrize("sound", [delivery(160.0), stroke(140.0)])
def test_a_sound_action_is_found_nothing_wrong_with(sound):
    movement = BOWLING if "release" in sound.moments_s else Movement.CRICKET_BATTING
    assert analysed(sound.filmed(), movement).findings.findings == []


def test_a_deeply_bent_front_knee_is_found_between_landing_and_release():
    result = analysed(delivery(112.0).filmed(), BOWLING).findings
    finding = next(one for one in result.findings if one.code == "KNEE_COLLAPSE")
    moments = delivery().moments_s
    assert moments["front_foot_contact"] < finding.evidence.scrub_t_s < moments["release"]
    assert "causes" not in finding.why_it_matters


def test_an_adjustment_has_exactly_one_condition():
    for conditions in ({}, {"when_missing": "x", "when_finding": "Y"}):
        with pytest.raises(ValidationError):
            Adjustment.model_validate({"factor": 0.5, "because": "nothing"} | conditions)


def lean_rule(operator, limit, **changes):
    """Return one of the two limits of one fault."""
    row = {
        "code": "UPRIGHT_OR_EXCESSIVE_LEAN",
        "title": f"The trunk leans {operator} {limit}",
        "metric": "lean",
        "operator": operator,
        "limit": limit,
        "medium_beyond": 4.0,
        "high_beyond": 8.0,
        "why": "a reason",
        "cues": ["a cue"],
        "drills": ["dead_bug"],
        "source": "made for this test",
    }
    return Rule.model_validate(row | changes)


BOTH = [lean_rule("below", 2.0), lean_rule("above", 15.0)]


def lean(deg, **changes):
    row = {"value": deg, "unit": "deg", "confidence": 0.9, "error_band": 1.0, "n": 1}
    return Metric.model_validate(row | changes)


def held(rules, metrics, *, reps=(), events=(), quality=None):
    measurement = Measurement(tuple(events), tuple(reps), (), metrics, CLOCK)
    return hold_against(rules, measurement, quality or recorded(), {})


@pytest.mark.parametrize(
    ("deg", "said"),
    [(0.5, ["The trunk leans below 2.0"]), (8.0, []), (20.0, ["The trunk leans above 15.0"])],
)
def test_too_little_and_too_much_of_one_thing_are_one_fault(deg, said):
    assert [one.title for one in held(BOTH, {"lean": lean(deg)}).findings] == said


def test_a_fault_that_two_rules_show_is_said_once_by_the_worse():
    rules = [
        lean_rule("above", 15.0, title="mild"),
        lean_rule("above", 15.0, title="bad", metric="fold"),
    ]
    result = held(rules, {"lean": lean(17.0), "fold": lean(30.0)})
    assert [one.title for one in result.findings] == ["bad"]


@given(st.lists(st.floats(-40.0, 40.0), min_size=1, max_size=4))
def test_no_code_is_ever_found_twice(values):
    rules = [
        lean_rule(operator, limit, metric=f"lean{number}")
        for number in range(len(values))
        for operator, limit in (("below", 2.0), ("above", 15.0))
    ]
    found_codes = [
        one.code
        for one in held(
            rules, {f"lean{number}": lean(deg) for number, deg in enumerate(values)}
        ).findings
    ]
    assert len(found_codes) == len(set(found_codes))


@pytest.mark.parametrize("band", [AgeBand.UNDER_13, AgeBand.UNDER_16, AgeBand.UNDER_18])
def test_no_limit_of_adults_is_held_against_anyone_under_18(band):
    young = analysed(delivery(112.0).filmed(), BOWLING, age_band=band)
    assert young.findings.findings == []
    assert young.findings.overall_level is OverallLevel.NOT_MEASURABLE
    grown = analysed(delivery(112.0).filmed(), BOWLING, age_band=AgeBand.ADULT)
    assert "KNEE_COLLAPSE" in codes(grown.findings)


def test_a_child_out_of_sight_is_still_said_to_be():
    hidden = analysed(
        squats().filmed(gaps_s=((2.0, 6.5),)), Movement.GENERAL, age_band=AgeBand.UNDER_13
    )
    assert codes(hidden.findings) == {"INSUFFICIENT_POSE_VISIBILITY"}


def test_a_rule_holds_only_for_its_exercises():
    rule = lean_rule("above", 15.0, exercises=["squat", "lunge"])
    assert rule.holds_for(Exercise.LUNGE, adult=True)
    assert not rule.holds_for(Exercise.PUSH_UP, adult=True)
    assert not rule.holds_for(None, adult=True)
    assert lean_rule("above", 15.0).holds_for(Exercise.PUSH_UP, adult=True)


def repetitions(*values):
    return [
        Repetition(
            index=n,
            start_s=n * 0.5,
            end_s=n * 0.5 + 0.4,
            values={"lean": value},
            at_s={} if value is None else {"lean": n * 0.5 + 0.3},
        )
        for n, value in enumerate(values)
    ]


def test_the_worst_repetition_proves_a_repeated_fault():
    reps = repetitions(16.0, 12.0, 25.0, 19.0)
    evidence = held(BOTH, {"lean": lean(17.5, n=4)}, reps=reps).findings[0].evidence
    assert evidence.scrub_t_s == pytest.approx(1.3)
    assert [frame.t_s for frame in evidence.worst_frames] == pytest.approx([1.3, 1.8, 0.3])
    assert [(s.start_s, s.end_s) for s in evidence.segments] == [(0.0, 0.4), (1.0, 1.9)]


def test_a_metric_without_a_map_has_no_score_in_its_evidence():
    reps = tuple(repetitions(16.0, 25.0))
    measurement = Measurement((), reps, (), {"lean": lean(17.5, n=2)}, CLOCK)
    result = hold_against(BOTH, measurement, recorded(), {"lean": lambda _: None})
    shown = result.findings[0].evidence
    assert [frame.score for frame in shown.worst_frames] == [None, None]
    assert [segment.min_score for segment in shown.segments] == [None]


@pytest.mark.parametrize(
    ("side", "title"),
    [(Side.LEFT, "left before right"), (Side.RIGHT, "right before left"), (None, "uneven")],
)
def test_a_fault_of_one_side_says_which(side, title):
    rule = lean_rule("above", 15.0, title="uneven", title_of_side="{side} before {other}")
    finding = held([rule], {"lean": lean(20.0, side=side)}).findings[0]
    assert (finding.side, finding.title) == (side, title)


@pytest.mark.parametrize(("measured", "factor"), [(1, 0.5), (2, 1.0), (4, 1.0)])
def test_a_fault_measured_in_few_repetitions_weighs_less(measured, factor):
    adjust = [{"when_measured_below": 0.5, "factor": 0.5, "because": "mostly hidden"}]
    rule = lean_rule("above", 15.0, adjust=adjust, least_confidence=0.1)
    values = [20.0] * measured + [None] * (4 - measured)
    result = held([rule], {"lean": lean(20.0, n=measured)}, reps=repetitions(*values))
    assert result.findings[0].confidence == pytest.approx(0.9 * factor)


def test_a_fault_weighs_less_without_the_metric_that_would_confirm_it():
    adjust = [{"when_missing": "fold", "factor": 0.5, "because": "only one of two was seen"}]
    rule = lean_rule("above", 15.0, adjust=adjust)
    hidden = Metric.missing(Reason.LANDMARKS_HIDDEN, unit="deg")
    alone = held([rule], {"lean": lean(20.0), "fold": hidden}).findings[0]
    confirmed = held([rule], {"lean": lean(20.0), "fold": lean(20.0)}).findings[0]
    assert alone.confidence == pytest.approx(confirmed.confidence * 0.5)
