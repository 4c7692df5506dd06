"""A results document for the eye: what was measured, what stands out, what to do."""

from collections.abc import Iterator, Mapping

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from shared import catalogue
from shared.jobs import Stage
from shared.results import (
    Finding,
    Findings,
    Metric,
    Provenance,
    Quality,
    Reference,
    Report,
    Results,
)

INDENT = 2


def show_results(results: Results, console: Console) -> None:
    """Print how it was analysed, then quality, moments, metrics, findings and report."""
    _show_provenance(results.provenance, console)
    _show_quality(results.quality, console)
    _show_moments(results, console)
    console.print(_metrics_table(results.metrics))
    _show_findings(results.findings, console)
    _show_report(results.report, console)


def clock(seconds: float) -> str:
    """Return `m:ss.cc`, as a video player shows it."""
    minutes, rest = divmod(max(seconds, 0), 60)
    return f"{minutes:.0f}:{rest:05.2f}"


def _show_provenance(provenance: Provenance, console: Console) -> None:
    timings = sorted(provenance.timings_s.items(), key=lambda one: _position(one[0]))
    steps = ", ".join(f"{step} {seconds:.2f} s" for step, seconds in timings)
    console.print(f"\nAnalysed by {provenance.engine} on {provenance.device}: {steps}")


def _position(step: str) -> int:
    """Where a step comes; the database keeps the keys of a document in an order of its own."""
    stages = [stage.value for stage in Stage]
    return stages.index(step) if step in stages else len(stages)


def _show_quality(quality: Quality, console: Console) -> None:
    usable = "is good enough to judge" if quality.usable else "is not good enough to judge"
    view = f"{quality.view.label} view, {quality.view.confidence:.0%} sure"
    console.print(f"The recording {usable} ({view}).")


def _show_moments(results: Results, console: Console) -> None:
    if results.events:
        _heading("Moments", console)
    for event in results.events:
        side = f" ({event.side})" if event.side else ""
        _line(f"{clock(event.t_s)}  {event.type.replace('_', ' ')}{side}", console)


def _metrics_table(metrics: Mapping[str, Metric]) -> Table:
    table = Table(title="Metrics", title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("Metric", no_wrap=True)
    table.add_column("Score", justify="right")
    table.add_column("Confidence", justify="right")
    table.add_column("Value, or why not")
    for name, metric in sorted(metrics.items(), key=_measured_first):
        table.add_row(Text(name), *_cells(metric))
    return table


def _measured_first(named: tuple[str, Metric]) -> tuple[bool, str]:
    name, metric = named
    return metric.reason is not None, name


def _cells(metric: Metric) -> tuple[str, str, Text]:
    if metric.reason is not None:
        return "–", "–", Text(catalogue.words().reason[metric.reason], style="dim")
    value = Text(f"{metric.value:.3g} {metric.unit}{_published(metric.reference)}")
    return _fraction(metric.score), _fraction(metric.confidence), value


def _published(reference: Reference | None) -> str:
    """Return what studies give for adults, to stand behind a value."""
    if reference is None:
        return ""
    scope = f" {reference.scope}" if reference.scope else ""
    low, high = ("…" if end is None else f"{end:g}" for end in (reference.low, reference.high))
    return f" (published{scope}: {low} to {high})"


def _fraction(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _show_findings(findings: Findings, console: Console) -> None:
    _heading("Findings", console)
    if not findings.findings:
        _line(catalogue.words().without_findings[findings.overall_level], console)
    for finding in findings.findings:
        for depth, text in _about(finding):
            _line(text, console, depth=depth)


def _about(finding: Finding) -> Iterator[tuple[int, str]]:
    at = clock(finding.evidence.scrub_t_s)
    yield 1, f"{at}  {finding.title} ({finding.severity}, {finding.confidence:.0%} sure)"
    yield 3, finding.why_it_matters
    for cue in finding.cues:
        yield 3, f"• {cue}"


def _show_report(report: Report, console: Console) -> None:
    _heading("Report", console)
    _line(report.summary, console)
    if report.reliability_warning:
        _line(f"Caution: {report.reliability_warning}", console)
    for heading, lines in _parts(report):
        if lines:
            _heading(heading, console)
        for depth, text in lines:
            _line(text, console, depth=depth)


def _parts(report: Report) -> Iterator[tuple[str, list[tuple[int, str]]]]:
    issues = report.top_issues
    yield (
        "Work on first",
        [(1, f"{clock(one.look_at_s)}  {one.title}: {one.explanation}") for one in issues],
    )
    yield "Strengths", [(1, strength) for strength in report.strengths]
    yield "Drills", [(1, f"{drill.title}: {drill.purpose}") for drill in report.drills]
    yield "The week", list(_week(report))
    yield "Next time", [(1, advice) for advice in report.retake_advice]


def _week(report: Report) -> Iterator[tuple[int, str]]:
    for day in report.one_week_plan:
        yield 1, f"Day {day.day}: {day.focus}"
        for activity in day.activities:
            yield 3, f"• {activity}"


def _heading(text: str, console: Console) -> None:
    console.print(Text(f"\n{text}", style="bold"))


def _line(text: str, console: Console, *, depth: int = 1) -> None:
    console.print(Padding(Text(text), (0, 0, 0, depth * INDENT), expand=False))
