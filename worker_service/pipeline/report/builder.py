"""Step 4: what a coach would say, and nothing that was not measured."""

from typing import TYPE_CHECKING

from shared import catalogue
from shared.results import (
    Drill,
    Finding,
    Findings,
    Movement,
    OverallLevel,
    PoseSummary,
    Quality,
    Report,
    TopIssue,
)
from worker_service.pipeline.metrics.table import metric_specs
from worker_service.pipeline.quality import RELIABLE_DETECTION
from worker_service.pipeline.report.advice import retake_advice
from worker_service.pipeline.report.plan import plan_week
from worker_service.pipeline.report.strengths import strengths
from worker_service.pipeline.report.summary import Summary
from worker_service.pipeline.report.wording import amount, counted, measured, raised, words

if TYPE_CHECKING:
    from shared.analysis import AnalysisSettings
    from worker_service.pipeline.metrics import Measurement

TOP_ISSUES = 3

LEAST_MEASURED = 2
"""With fewer values there is nothing to train on or to compare with next week."""


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
    advice = retake_advice(quality, measurement, movement)
    issues = [one for one in findings.findings if one.drill_ids][:TOP_ISSUES]
    judged = quality.usable and settings.is_adult
    praise = strengths(measurement, findings, movement) if judged else {}
    carried = _carried(quality, measurement, findings, settings)
    plan = plan_week(issues, movement, advice, carried=carried)
    named = frozenset(praise) | {one.metric for one in findings.findings[:TOP_ISSUES]}
    return Report(
        summary=Summary(measurement, findings, settings, quality.view.label, named).text(),
        top_issues=[
            _top_issue(one, measurement, movement) for one in findings.findings[:TOP_ISSUES]
        ],
        strengths=list(praise.values()),
        drills=_drills([drill_id for day in plan for drill_id in day.drill_ids]),
        one_week_plan=plan,
        retake_advice=advice,
        reliability_warning=_warning(summary, quality),
    )


def _top_issue(finding: Finding, measurement: "Measurement", movement: Movement) -> TopIssue:
    value, limit = _value_and_limit(finding, measurement, movement)
    return TopIssue(
        code=finding.code,
        title=finding.title,
        severity=finding.severity,
        look_at_s=finding.evidence.scrub_t_s,
        explanation=f"{raised(value)}; the limit is {limit}. {finding.why_it_matters}",
    )


def _value_and_limit(
    finding: Finding, measurement: "Measurement", movement: Movement
) -> tuple[str, str]:
    metric = measurement.metrics.get(finding.metric)
    if metric is None:
        phrase = words().recording[finding.metric]
        value, threshold = (round(one * 100) for one in (finding.value, finding.threshold))
        return phrase.format(percent=value), f"{threshold} %"
    spec = metric_specs(movement)[finding.metric]
    limit = amount(spec, finding.threshold, unit=finding.unit)
    over = _typical_of(finding.metric, measurement, movement)
    return f"{spec.name}: {measured(spec, metric)}{over}", limit


def _typical_of(key: str, measurement: "Measurement", movement: Movement) -> str:
    """Name the repetitions behind a value that each of them has; a trend or difference has none."""
    behind = sum(rep.values.get(key) is not None for rep in measurement.reps)
    if behind <= 1:
        return ""
    return f", typical of {counted(behind, words().noun(movement, measurement.exercise))}"


def _carried(
    quality: Quality,
    measurement: "Measurement",
    findings: Findings,
    settings: "AnalysisSettings",
) -> bool:
    """Whether this clip gave enough to go on with: a verdict, or values where none is given."""
    if findings.overall_level is not OverallLevel.NOT_MEASURABLE:
        return True
    values = [metric for metric in measurement.metrics.values() if metric.value is not None]
    unjudged = settings.movement is Movement.GENERAL or not settings.is_adult
    return unjudged and quality.usable and len(values) >= LEAST_MEASURED


def _drills(ids: list[str]) -> list[Drill]:
    return [catalogue.drill(drill_id) for drill_id in dict.fromkeys(ids)]


def _warning(summary: PoseSummary, quality: Quality) -> str | None:
    if summary.detection_rate < RELIABLE_DETECTION:
        percent = round(summary.detection_rate * 100)
        return words().warning["detection"].format(percent=percent)
    if not quality.usable:
        return words().warning["quality"]
    return None
