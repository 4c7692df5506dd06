"""Step 3: hold every measured value against its rule. Missing values prove nothing."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shared.results import Finding, Findings, Metric, OverallLevel, Quality, Severity
from worker_service.pipeline.findings.doubt import Doubt
from worker_service.pipeline.findings.evidence import prove
from worker_service.pipeline.findings.rulebook import Rule, rules_for
from worker_service.pipeline.metrics.table import metric_specs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shared.analysis import AnalysisSettings
    from worker_service.pipeline.findings.evidence import Score
    from worker_service.pipeline.metrics import Measurement

LEAST_JUDGED = 2
"""One good value out of five is no evidence that technique holds."""

_RANK = (Severity.HIGH, Severity.MEDIUM, Severity.LOW)


@dataclass(frozen=True, slots=True)
class Judged:
    """A rule and the value it was held against."""

    rule: Rule
    metric: Metric
    value: float
    trust: float

    @property
    def broken(self) -> bool:
        """At least one error band beyond the limit."""
        beyond = self.rule.beyond(self.value)
        return beyond > 0 and beyond >= self.rule.band(self.metric)

    @property
    def severity(self) -> Severity:
        """How far beyond the limit."""
        return self.rule.severity(self.value)

    @property
    def order(self) -> tuple[int, float]:
        """Sorts the worst and best founded first."""
        return _RANK.index(self.severity), -self.trust


def find(measurement: "Measurement", quality: Quality, settings: "AnalysisSettings") -> Findings:
    """Return what is at least one error band beyond its limit, worst first, a fault only once."""
    adult = settings.is_adult
    rules = [
        rule
        for rule in rules_for(settings.movement)
        if rule.holds_for(measurement.exercise, adult=adult)
        and (quality.usable or rule.about != "technique")
    ]
    specs = metric_specs(settings.movement)
    scores = {key: (spec if adult else spec.unjudged()).score for key, spec in specs.items()}
    return hold_against(rules, measurement, quality, scores)


def hold_against(
    rules: "Sequence[Rule]",
    measurement: "Measurement",
    quality: Quality,
    scores: "Mapping[str, Score]",
) -> Findings:
    """Hold every measured value against these rules; `scores` maps a metric's values to 0..1."""
    values = dict(measurement.metrics) | _recording(quality)
    judged = [one for rule in rules if (one := _judged(rule, values.get(rule.metric)))]
    broken = [one for one in judged if one.broken]
    doubt = Doubt.of({one.rule.code for one in broken}, measurement, quality)
    weighed = [replace(one, trust=doubt.weigh(one.rule, one.metric)) for one in broken]
    kept = _one_a_code([one for one in weighed if one.trust >= one.rule.least_confidence])
    return Findings(
        overall_level=_level(judged, kept),
        findings=[
            _finding(one, scores.get(one.rule.metric, _as_it_is), measurement) for one in kept
        ],
    )


def _recording(quality: Quality) -> dict[str, Metric]:
    """Present quality checks as values that rules about the recording can name."""
    return {
        check.id: Metric(value=check.value, unit=check.unit, confidence=1.0, error_band=0.0)
        for check in quality.checks
        if check.value is not None
    }


def _judged(rule: Rule, metric: Metric | None) -> Judged | None:
    """Only a value that is there and trusted can be held against a limit."""
    if metric is None or metric.value is None:
        return None
    trust = metric.confidence or 0.0
    return Judged(rule, metric, metric.value, trust) if trust >= rule.least_confidence else None


def _one_a_code(broken: list[Judged]) -> list[Judged]:
    """Return the worst of each code, worst first: two limits of one fault are one fault."""
    worst: dict[str, Judged] = {}
    for one in sorted(broken, key=lambda one: one.order):
        worst.setdefault(one.rule.code, one)
    return list(worst.values())


def _finding(one: Judged, score: "Score", measurement: "Measurement") -> Finding:
    rule = one.rule
    return Finding(
        code=rule.code,
        title=rule.titled(one.metric.side),
        severity=one.severity,
        metric=rule.metric,
        side=one.metric.side,
        value=one.value,
        unit=one.metric.unit,
        threshold=rule.limit,
        why_it_matters=rule.why,
        cues=rule.cues,
        drill_ids=rule.drills,
        confidence=one.trust,
        source=rule.source,
        evidence=prove(rule, one.metric, score, measurement),
    )


def _level(judged: list[Judged], kept: list[Judged]) -> OverallLevel:
    """The worst technique finding decides; too little evidence decides nothing."""
    severities = {one.severity for one in kept if one.rule.about == "technique"}
    for severity in _RANK:
        if severity in severities:
            return OverallLevel(severity)
    technique = {one.rule.metric for one in judged if one.rule.about == "technique"}
    return OverallLevel.LOW if len(technique) >= LEAST_JUDGED else OverallLevel.NOT_MEASURABLE


def _as_it_is(value: float) -> float:
    """A share of the recording is its own score."""
    return min(1.0, max(0.0, value))
