"""Step 4: what a coach would say, and nothing that was not measured."""

from typing import TYPE_CHECKING

from shared import catalogue
from shared.results import (
    Drill,
    Finding,
    Findings,
    Movement,
    PoseSummary,
    Quality,
    Reason,
    Report,
    TopIssue,
)
from worker_service.pipeline.metrics.table import APP_METRICS, metric_specs
from worker_service.pipeline.quality import RELIABLE_DETECTION
from worker_service.pipeline.report.plan import plan_week
from worker_service.pipeline.report.summary import summarise
from worker_service.pipeline.report.wording import amount, words

if TYPE_CHECKING:
    from shared.analysis import AnalysisSettings
    from worker_service.pipeline.metrics import Measurement

TOP_ISSUES = 3

STRONG_SCORE = 0.8
STRONG_CONFIDENCE = 0.6
"""Praise needs a good value that was measured well."""


def build(
    *,
    summary: PoseSummary,
    quality: Quality,
    measurement: "Measurement",
    findings: Findings,
    settings: "AnalysisSettings",
) -> Report:
    """Put the report together from what the steps before it found."""
    movement = settings.movement
    technique = [one for one in findings.findings if one.drill_ids]
    advice = _retake_advice(quality, measurement, movement)
    plan = plan_week(technique[:TOP_ISSUES], findings, movement, advice)
    return Report(
        summary=summarise(measurement, findings, movement),
        top_issues=[_top_issue(one, movement) for one in findings.findings[:TOP_ISSUES]],
        strengths=_strengths(measurement, findings, movement),
        drills=_drills([drill_id for day in plan for drill_id in day.drill_ids]),
        one_week_plan=plan,
        retake_advice=advice,
        reliability_warning=_warning(summary, quality),
    )


def _top_issue(finding: Finding, movement: Movement) -> TopIssue:
    value, limit = (_said(finding, movement, one) for one in (finding.value, finding.threshold))
    return TopIssue(
        code=finding.code,
        title=finding.title,
        severity=finding.severity,
        look_at_s=finding.evidence.scrub_t_s,
        explanation=f"Measured {value}; the limit is {limit}. {finding.why_it_matters}",
    )


def _said(finding: Finding, movement: Movement, value: float) -> str:
    spec = metric_specs(movement).get(finding.metric)
    if spec is not None:
        return amount(spec, value)
    return words().recording[finding.metric].format(percent=round(value * 100))


def _strengths(measurement: "Measurement", findings: Findings, movement: Movement) -> list[str]:
    """Name what was measured well and scores well; nothing else is praised."""
    faulty = {finding.metric for finding in findings.findings}
    return [
        spec.strength.format(value=amount(spec, metric.value))
        for key, spec in metric_specs(movement).items()
        if spec.strength
        and key not in faulty
        and (metric := measurement.metrics[key]).value is not None
        and (metric.score or 0.0) >= STRONG_SCORE
        and (metric.confidence or 0.0) >= STRONG_CONFIDENCE
    ]


def _drills(ids: list[str]) -> list[Drill]:
    return [catalogue.drill(drill_id) for drill_id in dict.fromkeys(ids)]


def _retake_advice(quality: Quality, measurement: "Measurement", movement: Movement) -> list[str]:
    """What the checks advise, then what would bring back the missing metrics."""
    reasons = {measurement.metrics[key].reason for key in APP_METRICS}
    failed = {check.id for check in quality.checks if not check.passed}
    if "sample_rate" in failed:
        reasons.discard(Reason.SAMPLE_RATE_TOO_LOW)
    if movement is Movement.GENERAL:
        reasons.discard(Reason.EVENT_NOT_FOUND)  # never standing still is no fault of the clip
    for_missing = [advice for reason, advice in words().advice.items() if reason in reasons]
    return [*quality.retake_advice, *for_missing]


def _warning(summary: PoseSummary, quality: Quality) -> str | None:
    if summary.detection_rate < RELIABLE_DETECTION:
        percent = round(summary.detection_rate * 100)
        return words().warning["detection"].format(percent=percent)
    if not quality.usable:
        failed = sum(not check.passed for check in quality.checks)
        return words().warning["quality"].format(failed=failed, total=len(quality.checks))
    return None
