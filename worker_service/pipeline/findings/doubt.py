"""What weakens a finding: other findings, failed checks, and what was not seen."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from shared.results import Metric, Quality, Repetition
    from worker_service.pipeline.findings.rulebook import Adjustment, Rule
    from worker_service.pipeline.metrics import Measurement


@dataclass(frozen=True, slots=True)
class Doubt:
    """Everything in a clip that an adjustment may name."""

    found: "AbstractSet[str]"
    failed_checks: "AbstractSet[str]"
    missing: "AbstractSet[str]"
    complete: tuple["Repetition", ...]

    @classmethod
    def of(cls, found: "AbstractSet[str]", measurement: "Measurement", quality: "Quality") -> Self:
        metrics = measurement.metrics.items()
        return cls(
            found,
            {check.id for check in quality.checks if not check.passed},
            {key for key, metric in metrics if metric.value is None},
            tuple(rep for rep in measurement.reps if rep.complete),
        )

    def weigh(self, rule: "Rule", metric: "Metric") -> float:
        """Return the value's confidence, weakened by every adjustment that applies."""
        trust = metric.confidence or 0.0
        for adjustment in rule.adjust:
            if self._applies(adjustment, metric):
                trust *= adjustment.factor
        return round(trust, 3)

    def _applies(self, adjustment: "Adjustment", metric: "Metric") -> bool:
        return (
            adjustment.when_finding in self.found
            or adjustment.when_check_fails in self.failed_checks
            or adjustment.when_missing in self.missing
            or self._measured(metric) < (adjustment.when_measured_below or 0.0)
        )

    def _measured(self, metric: "Metric") -> float:
        """Share of the complete repetitions, of its side where it has one, behind a value."""
        asked = [
            rep
            for rep in self.complete
            if None in (metric.side, rep.side) or metric.side is rep.side
        ]
        return metric.n / len(asked) if asked else 1.0
