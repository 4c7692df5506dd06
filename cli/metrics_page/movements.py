"""What is measured in each movement, from the tables that decide."""

import tomllib

from cli.metrics_page.markdown import code, mapped, number, table
from cli.metrics_page.rules import rules
from shared import catalogue
from shared.results import Movement, Reference
from worker_service.pipeline.metrics.table import (
    APP_METRICS,
    TABLES,
    MetricSpec,
    metric_specs,
)
from worker_service.pipeline.metrics.workout.exercises import exercises

CRICKET = (Movement.CRICKET_BATTING, Movement.CRICKET_BOWLING)


def movement(which: Movement) -> str:
    """Return everything that is measured and judged in one movement."""
    guide = catalogue.movements()[which]
    parts = [
        f"## {guide.title}: `{which}`",
        guide.description,
        _exercises() if which is Movement.WORKOUT else "",
        _events(which),
        "### Metrics",
        _metrics(which),
        "### Findings",
        rules(which) or "Nothing is judged here.",
    ]
    return "\n\n".join(part for part in parts if part)


def _events(which: Movement) -> str:
    rows = [
        (code(kind), event.definition)
        for kind, event in catalogue.events().items()
        if which in event.movements
    ]
    return "### Events\n\n" + table(("event", "what it is"), rows) if rows else ""


def undefined(which: Movement) -> list[str]:
    """Return the metrics of the app that a movement has no meaning for.

    The shared rows are those of a stroke and a delivery; another movement has what its own table
    names.
    """
    if which in CRICKET:
        return []
    with (TABLES / f"{which}.toml").open("rb") as file:
        own = tomllib.load(file)
    return [key for key in APP_METRICS if key not in own]


def _metrics(which: Movement) -> str:
    heads = ("metric", "definition", "unit", "error band", "valid", "score", "published", "source")
    left_out = undefined(which)
    specs = metric_specs(which)
    rows = [_metric(key, spec) for key, spec in specs.items() if key not in left_out]
    note = f"Not defined here: {', '.join(code(key) for key in left_out)}." if left_out else ""
    return "\n\n".join(part for part in (table(heads, rows), note) if part)


def _metric(key: str, spec: MetricSpec) -> tuple[str, ...]:
    views = {view: fit for view, fit in spec.fit.items() if fit > 0}
    blur = f"; × {mapped(spec.blur)}" if spec.blur else ""
    return (
        f"{code(key)} {spec.name}",
        spec.definition,
        spec.unit,
        f"±{number(spec.error_band)}{blur}",
        f"from {number(spec.min_rate_hz)} pictures a second; {mapped(views)}",
        _score(spec),
        _range(spec.reference),
        spec.source,
    )


def _score(spec: MetricSpec) -> str:
    if spec.zero is None or spec.one is None:
        return "described"
    return f"{number(spec.zero)} → 0, {number(spec.one)} → 1"


def _range(reference: Reference | None) -> str:
    if reference is None:
        return "–"
    low, high = ("…" if end is None else number(end) for end in (reference.low, reference.high))
    scope = f" {reference.scope}" if reference.scope else ""
    return f"{low} to {high}{scope}: {reference.source}"


def _exercises() -> str:
    rows = [
        (
            code(exercise),
            spec.drive.replace("_", " "),
            f"{code(spec.depth)}, angle of {', '.join(spec.joint)}",
            f"{'at least' if spec.opens else 'at most'} {number(spec.good.deepest)}°"
            + (
                f", down in {number(spec.good.quickest_down_s)} s or more"
                if spec.good.quickest_down_s
                else ""
            ),
            ", ".join(code(key) for key in spec.also) or "–",
        )
        for exercise, spec in exercises().items()
    ]
    heads = ("exercise", "repetitions from", "depth", "a good repetition", "also measured")
    return "### Exercises\n\n" + table(heads, rows)


def drills() -> str:
    """Return every drill with the findings it answers."""
    rows = [
        (
            code(entry.drill.id),
            entry.drill.title,
            entry.drill.purpose,
            ", ".join(entry.codes) or "–",
            ", ".join(entry.exercises) or "any",
        )
        for entry in catalogue.drills().values()
    ]
    return table(("drill", "title", "purpose", "answers", "exercises"), rows)
