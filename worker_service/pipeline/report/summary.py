"""The first lines of a report: what was seen, what stands out, what could not be measured."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from shared.results import Findings, Metric, Movement, OverallLevel, Reason
from worker_service.pipeline.metrics.table import metric_specs
from worker_service.pipeline.report.wording import amount, listed, words

if TYPE_CHECKING:
    from worker_service.pipeline.metrics import Measurement


def summarise(measurement: "Measurement", findings: Findings, movement: Movement) -> str:
    """Return a few plain sentences that claim no more than was measured."""
    sentences = [
        _seen(measurement, movement),
        _stands_out(measurement, findings, movement),
        *_described(measurement, movement),
        *_missing(measurement.metrics, movement),
    ]
    return " ".join(sentences)


def _seen(measurement: "Measurement", movement: Movement) -> str:
    stretches = measurement.highlights if movement is Movement.GENERAL else measurement.reps
    measured = [metric_specs(movement)[key].name for key in _measured(measurement)]
    if not stretches:
        return f"No {words().action[movement][0]} was found in this clip."
    counted = words().counted(movement, len(stretches)).capitalize()
    if not measured:
        return f"{counted} found, but nothing could be measured."
    return f"{counted} found. Measured: {listed(measured)}."


def _stands_out(measurement: "Measurement", findings: Findings, movement: Movement) -> str:
    technique = [one for one in findings.findings if one.metric in measurement.metrics]
    if technique:
        first, rest = technique[0], len(technique) - 1
        more = f" There {'is' if rest == 1 else 'are'} {rest} more below." if rest else ""
        return f"Work on this first: {_lower(first.title)}.{more}"
    if movement is Movement.GENERAL:
        return "This kind of analysis describes the movement and does not judge technique."
    if findings.overall_level is OverallLevel.NOT_MEASURABLE:
        return "There is not enough evidence to say anything about technique."
    return "Nothing that was measured lies clearly beyond its limit."


def _described(measurement: "Measurement", movement: Movement) -> list[str]:
    if movement is not Movement.GENERAL:
        return []
    specs = metric_specs(movement)
    return [
        phrase.format(value=amount(specs[key], value))
        for key, value in _measured(measurement).items()
        if (phrase := specs[key].described)
    ]


def _missing(metrics: Mapping[str, Metric], movement: Movement) -> list[str]:
    """Name what is missing, together where the reason is the same."""
    specs = metric_specs(movement)
    by_reason: dict[Reason, list[str]] = {}
    unfound = []
    for key, metric in metrics.items():
        if metric.reason is Reason.EVENT_NOT_FOUND and (phrase := specs[key].unfound):
            unfound.append(phrase)
        elif metric.reason and metric.reason is not Reason.NOT_DEFINED_FOR_MOVEMENT:
            by_reason.setdefault(metric.reason, []).append(specs[key].name)
    return unfound + [
        f"Not measured: {listed(names)}, because {words().reason[reason]}."
        for reason, names in by_reason.items()
    ]


def _measured(measurement: "Measurement") -> dict[str, float]:
    return {
        key: metric.value for key, metric in measurement.metrics.items() if metric.value is not None
    }


def _lower(title: str) -> str:
    return title[0].lower() + title[1:]
