"""The first lines of a report: what was seen, what stands out, what could not be measured."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.results import Findings, Metric, Movement, OverallLevel, Reason, View
from worker_service.pipeline.metrics.table import MetricSpec, metric_specs
from worker_service.pipeline.report.wording import (
    MOST_LISTED,
    counted,
    joined,
    listed,
    lowered,
    measured,
    words,
)

if TYPE_CHECKING:
    from shared.analysis import AnalysisSettings
    from worker_service.pipeline.metrics import Measurement

MOST_DESCRIBED = 6
"""A coach reads the summary in half a minute; what comes later in the table is only named."""

JUMPS = ("jump", "jumps")

SAID_FIRST = frozenset({"rep_count"})
"""What the first sentence says already."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What the summary draws on.

    Attributes:
        said_elsewhere: metrics that an issue or a strength of the report already names.
    """

    measurement: "Measurement"
    findings: Findings
    settings: "AnalysisSettings"
    view: View
    said_elsewhere: frozenset[str]

    def text(self) -> str:
        """Return a few plain sentences that claim no more than was measured."""
        measured = [*self._values(), *self._kinds(), *self._missing()]
        return " ".join([self._seen(), *self._verdict(), *measured])

    @property
    def _specs(self) -> dict[str, MetricSpec]:
        return metric_specs(self.settings.movement)

    def _seen(self) -> str:
        noun = words().noun(self.settings.movement, self.measurement.exercise)
        reps = self.measurement.reps
        whole = sum(rep.complete for rep in reps)
        parts = [counted(whole, noun)] if whole else []
        if self.settings.movement is Movement.GENERAL:
            parts = [
                counted(len(found), one)
                for found, one in ((self.measurement.highlights, noun), (reps, JUMPS))
                if found
            ]
        elif self.settings.movement is Movement.WORKOUT and whole < len(reps):
            parts.append(f"{len(reps) - whole} unfinished")
        if not parts:
            return self._none(noun[0])
        return f"{listed(parts)} found{words().view[self.view]}."

    def _none(self, noun: str) -> str:
        """Say that nothing was found; something else may have been done, or something unnamed."""
        said = words().unfound.get(self.settings.movement)
        if said and moved_otherwise(self.measurement):
            return said
        return f"No {noun} was found in this clip."

    def _verdict(self) -> list[str]:
        faults = [one for one in self.findings.findings if one.metric in self.measurement.metrics]
        young = not self.settings.is_adult
        if faults:
            rest = len(faults) - 1
            more = f" There {'is one' if rest == 1 else f'are {rest}'} more below." if rest else ""
            work = f"Work on this first: {lowered(faults[0].title)}.{more}"
            return [work, words().verdict["young_fault"]] if young else [work]
        if young and self._measured():
            return [words().verdict["young"]]
        if self.settings.movement is Movement.GENERAL:
            return [words().verdict["described"]]
        unclear = self.findings.overall_level is OverallLevel.NOT_MEASURABLE
        return [words().verdict["no_evidence" if unclear else "sound"]]

    def _values(self) -> list[str]:
        """Return the measured values: a sentence for the first ones, the rest in a list."""
        open_ = {
            key: metric
            for key, metric in self._measured().items()
            if key not in self.said_elsewhere | SAID_FIRST
        }
        sentences = {
            key: phrase.format(value=measured(self._specs[key], metric))
            for key, metric in open_.items()
            if (phrase := self._specs[key].described)
        }
        shown = dict(list(sentences.items())[:MOST_DESCRIBED])
        rest = [
            f"{self._specs[key].name} {measured(self._specs[key], metric)}"
            for key, metric in open_.items()
            if key not in shown
        ]
        lead = "Also measured" if shown else "Measured"
        left_out = rest[MOST_LISTED:] if len(rest) > MOST_LISTED + 1 else []
        said = joined(rest[: len(rest) - len(left_out)])
        return [
            *shown.values(),
            *([f"{lead}: {said}."] if rest else []),
            *([words().verdict["more"].format(count=len(left_out))] if left_out else []),
        ]

    def _kinds(self) -> list[str]:
        """Name the kind of a bowler's front leg where it is clearly one kind."""
        return [words().kind[kind] for kind in self.measurement.kinds]

    def _missing(self) -> list[str]:
        """Name what is missing, together where the reason is the same."""
        by_reason: dict[Reason, list[str]] = {}
        unfound = []
        for key, metric in self.measurement.metrics.items():
            spec = self._specs[key]
            if metric.reason is Reason.EVENT_NOT_FOUND and spec.unfound is not None:
                unfound.append(spec.unfound)
            elif metric.reason and metric.reason is not Reason.NOT_DEFINED_FOR_MOVEMENT:
                by_reason.setdefault(metric.reason, []).append(spec.name)
        if not self._measured():
            return self._nothing([reason for reason in by_reason if self._says_more(reason)])
        return [phrase for phrase in dict.fromkeys(unfound) if phrase] + [
            f"Not measured: {listed(names)}, because {words().reason[reason]}."
            for reason, names in by_reason.items()
        ]

    def _says_more(self, reason: Reason) -> bool:
        """Whether a reason adds to the first sentence, which says that nothing was found."""
        return bool(self.measurement.reps) or reason is not Reason.EVENT_NOT_FOUND

    def _nothing(self, reasons: list[Reason]) -> list[str]:
        because = [words().nothing.get(reason, words().reason[reason]) for reason in reasons]
        return [f"Nothing was measured, because {listed(because)}."] if because else []

    def _measured(self) -> dict[str, Metric]:
        metrics = self.measurement.metrics.items()
        return {key: metric for key, metric in metrics if metric.value is not None}


def moved_otherwise(measurement: "Measurement") -> bool:
    """Whether the athlete moved, but not in a way that could be recognised."""
    reasons = {metric.reason for metric in measurement.metrics.values()}
    unknown = not measurement.reps and measurement.exercise is None
    return unknown and Reason.EVENT_NOT_FOUND in reasons
