"""Puts the page together from the results, so that no format works anything out for itself."""

from collections.abc import Iterator, Mapping

from shared import catalogue
from shared.results import (
    Dose,
    Drill,
    Finding,
    Metric,
    Moment,
    Provenance,
    Reason,
    Results,
    TopIssue,
    View,
)
from worker_service.pipeline.metrics.table import MetricSpec, metric_specs
from worker_service.pipeline.report.printed.page import (
    DayLines,
    DrillLines,
    Fact,
    IssueLines,
    MeasuredRow,
    MissingRow,
    Page,
)
from worker_service.pipeline.report.wording import (
    amount,
    counted,
    joined,
    published_range,
    raised,
    words,
)

VIEWS: Mapping[View, str] = {
    View.SIDE: "filmed from the side",
    View.FRONT: "filmed from the front",
    View.REAR: "filmed from behind",
    View.OBLIQUE: "filmed at an angle",
    View.UNKNOWN: "camera position unclear",
}

DEGREES = "deg"


def page_of(results: Results) -> Page:
    """Return what is printed about these results: no clock, so the same every time."""
    report, specs = results.report, metric_specs(results.provenance.movement)
    measured = _in_order(results.metrics, specs)
    sources = list(
        dict.fromkeys(one.reference.source for _, one in measured if one.reference is not None)
    )
    return Page(
        title=_title(results),
        subtitle=_subtitle(results),
        summary=report.summary,
        warning=report.reliability_warning,
        issues=list(_issues(report.top_issues, results.findings.findings)),
        no_issues=catalogue.words().without_findings[results.findings.overall_level],
        strengths=report.strengths,
        measured=[_measured(spec, metric, sources) for spec, metric in measured],
        sources=sources,
        missing=_missing(results.metrics, specs),
        drills=[_drill(drill) for drill in report.drills],
        week=[
            DayLines(name=f"Day {day.day}", focus=day.focus, activities=day.activities)
            for day in report.one_week_plan
        ],
        retake=report.retake_advice,
        provenance=list(_provenance(results.provenance)),
    )


def moment(seconds: float) -> str:
    """Return `m:ss.s`, as a video player shows it."""
    minutes, tenths = divmod(round(max(seconds, 0.0) * 10), 600)
    return f"{minutes}:{tenths / 10:04.1f}"


def _title(results: Results) -> str:
    movement = catalogue.movements()[results.provenance.movement].title
    if results.exercise is None:
        return movement
    return f"{movement}: {words().exercise[results.exercise][1]}"


def _subtitle(results: Results) -> str:
    summary = results.pose.pose_summary
    noun = words().noun(results.provenance.movement, results.exercise)
    whole = sum(rep.complete for rep in results.reps)
    parts = (
        counted(whole, noun) if whole else "",
        VIEWS[results.quality.view.label],
        f"{summary.duration_s:.1f} s at {summary.source_fps:.3g} pictures a second",
    )
    return raised(" · ".join(part for part in parts if part))


def _issues(issues: list[TopIssue], findings: list[Finding]) -> Iterator[IssueLines]:
    """Return the issues with what their findings add; they are the first of the findings."""
    for issue, finding in zip(issues, findings, strict=False):
        yield IssueLines(
            title=issue.title,
            severity=issue.severity,
            look_at=moment(issue.look_at_s),
            explanation=issue.explanation,
            cues=finding.cues,
            source=finding.source,
        )


def _in_order(
    metrics: Mapping[str, Metric], specs: Mapping[str, MetricSpec]
) -> list[tuple[MetricSpec, Metric]]:
    """Return what was measured, in the order of the tables; a database keeps keys as it likes."""
    return [
        (spec, metrics[key])
        for key, spec in specs.items()
        if key in metrics and metrics[key].value is not None
    ]


def _measured(spec: MetricSpec, metric: Metric, sources: list[str]) -> MeasuredRow:
    reference = metric.reference
    side = f" ({metric.side})" if metric.side else ""
    scope = f" {reference.scope}" if reference and reference.scope else ""
    return MeasuredRow(
        name=f"{raised(spec.name)}{side}",
        value=amount(spec, metric.value or 0.0, unit=metric.unit),
        band=_band(spec, metric),
        published=f"{published_range(spec, reference)}{scope}" if reference else "",
        note=sources.index(reference.source) + 1 if reference else None,
        when=_when(metric.at),
        sure="" if metric.confidence is None else f"{metric.confidence:.0%}",
    )


def _band(spec: MetricSpec, metric: Metric) -> str:
    """Return "± 10°": with as many decimals as the value, or more where those would hide it.

    A unit that is a word is not said twice.
    """
    if metric.error_band is None:
        return ""
    if spec.percent:
        return f"± {metric.error_band * 100:.1g} %"
    rounded = f"{metric.error_band:.{spec.digits}f}"
    size = rounded if float(rounded) else f"{metric.error_band:.1g}"
    return f"± {size}°" if metric.unit == DEGREES else f"± {size}"


def _when(at: Moment | None) -> str:
    if at is None:
        return ""
    event = f" {catalogue.events()[at.event].title}" if at.event else ""
    return f"{moment(at.t_s)}{event}"


def _missing(metrics: Mapping[str, Metric], specs: Mapping[str, MetricSpec]) -> list[MissingRow]:
    """Return what is missing, together where the reason is the same, what can be mended first."""
    names: dict[str, list[str]] = {}
    meaningless: list[str] = []
    for key, spec in specs.items():
        reason = metrics[key].reason if key in metrics else None
        if reason is Reason.NOT_DEFINED_FOR_MOVEMENT:
            meaningless.append(spec.name)
        elif reason is not None:
            names.setdefault(_why(spec, reason), []).append(spec.name)
    if meaningless:
        names[_why_not(Reason.NOT_DEFINED_FOR_MOVEMENT)] = meaningless
    return [MissingRow(names=raised(joined(found)), why=why) for why, found in names.items()]


def _why(spec: MetricSpec, reason: Reason) -> str:
    """Return a sentence; a metric may know better than its reason what to do."""
    if reason is Reason.EVENT_NOT_FOUND and spec.unfound:
        return spec.unfound
    return _why_not(reason)


def _why_not(reason: Reason) -> str:
    return f"{raised(words().reason[reason])}."


def _drill(drill: Drill) -> DrillLines:
    return DrillLines(
        title=drill.title,
        purpose=drill.purpose,
        dose=_dose(drill.dose),
        setup=drill.setup,
        steps=drill.steps,
        progression=drill.progression,
        equipment=", ".join(drill.equipment) or "none",
        age_note=drill.age_note,
    )


def _dose(dose: Dose) -> str:
    return dose.repetitions if dose.sets == 1 else f"{dose.sets} × {dose.repetitions}"


def _provenance(provenance: Provenance) -> Iterator[Fact]:
    yield Fact(name="Software", text=f"Coach Plus {provenance.code_version}")
    yield Fact(name="Pose engine", text=f"{provenance.engine} on {provenance.device}")
    if provenance.model is not None:
        fingerprint = provenance.model.sha256[:12]
        yield Fact(name="Model", text=f"{provenance.model.name} ({fingerprint})")
