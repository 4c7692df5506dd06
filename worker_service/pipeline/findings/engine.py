"""Step 3: hold every measured value against its rule. Missing values prove nothing."""

from typing import TYPE_CHECKING

from shared.results import Finding, Findings, Metric, OverallLevel, Quality, Severity
from worker_service.pipeline.findings.evidence import prove
from worker_service.pipeline.findings.rulebook import Adjustment, Rule, rules_for
from worker_service.pipeline.metrics.table import metric_specs

if TYPE_CHECKING:
    from shared.analysis import AnalysisSettings
    from worker_service.pipeline.findings.evidence import Score
    from worker_service.pipeline.metrics import Measurement

LEAST_JUDGED = 2
"""One good value out of five is no evidence that technique holds."""

_RANK = (Severity.HIGH, Severity.MEDIUM, Severity.LOW)


def find(measurement: "Measurement", quality: Quality, settings: "AnalysisSettings") -> Findings:
    """Return what is at least one error band beyond its limit, worst first."""
    rules = rules_for(settings.movement)
    values = dict(measurement.metrics) | _recording(quality)
    judged = [rule for rule in rules if _can_judge(rule, values.get(rule.metric))]
    broken = [rule for rule in judged if _is_broken(rule, values[rule.metric])]
    trust = {rule.code: _trust(rule, values[rule.metric], broken, quality) for rule in broken}
    kept = [rule for rule in broken if trust[rule.code] >= rule.least_confidence]
    specs = metric_specs(settings.movement)
    found = []
    for rule in kept:
        score = specs[rule.metric].score if rule.metric in specs else _as_it_is
        metric = values[rule.metric]
        found.append(_finding(rule, metric, trust[rule.code], score, measurement))
    return Findings(
        overall_level=_level(judged, kept, values),
        findings=sorted(found, key=lambda one: (_RANK.index(one.severity), -one.confidence)),
    )


def _recording(quality: Quality) -> dict[str, Metric]:
    """Present quality checks as values that rules about the recording can name."""
    return {
        check.id: Metric(value=check.value, unit=check.unit, confidence=1.0, error_band=0.0)
        for check in quality.checks
        if check.value is not None
    }


def _can_judge(rule: Rule, metric: Metric | None) -> bool:
    """Only a value that is there and trusted can be held against a limit."""
    if metric is None or metric.value is None:
        return False
    return (metric.confidence or 0.0) >= rule.least_confidence


def _is_broken(rule: Rule, metric: Metric) -> bool:
    """At least one error band beyond the limit."""
    band = metric.error_band if rule.error_band is None else rule.error_band
    beyond = rule.beyond(metric.value or 0.0)
    return beyond > 0 and beyond >= (band or 0.0)


def _trust(rule: Rule, metric: Metric, broken: list[Rule], quality: Quality) -> float:
    """The value's confidence, weakened by what else explains it."""
    codes = {other.code for other in broken}
    failed = {check.id for check in quality.checks if not check.passed}
    trust = metric.confidence or 0.0
    for adjustment in rule.adjust:
        if _applies(adjustment, codes, failed):
            trust *= adjustment.factor
    return round(trust, 3)


def _applies(adjustment: Adjustment, codes: set[str], failed: set[str]) -> bool:
    return adjustment.when_finding in codes or adjustment.when_check_fails in failed


def _finding(
    rule: Rule, metric: Metric, trust: float, score: "Score", measurement: "Measurement"
) -> Finding:
    value = metric.value or 0.0
    return Finding(
        code=rule.code,
        title=rule.title,
        severity=rule.severity(value),
        metric=rule.metric,
        value=value,
        unit=metric.unit,
        threshold=rule.limit,
        why_it_matters=rule.why,
        cues=rule.cues,
        drill_ids=rule.drills,
        confidence=trust,
        source=rule.source,
        evidence=prove(rule, metric, score, measurement.clock),
    )


def _level(judged: list[Rule], kept: list[Rule], values: dict[str, Metric]) -> OverallLevel:
    """The worst technique finding decides; too little evidence decides nothing."""
    severities = {
        rule.severity(values[rule.metric].value or 0.0)
        for rule in kept
        if rule.about == "technique"
    }
    for severity in _RANK:
        if severity in severities:
            return OverallLevel(severity)
    technique = [rule for rule in judged if rule.about == "technique"]
    return OverallLevel.LOW if len(technique) >= LEAST_JUDGED else OverallLevel.NOT_MEASURABLE


def _as_it_is(value: float) -> float:
    """A share of the recording is its own score."""
    return min(1.0, max(0.0, value))
