"""The limits, from the rule files."""

from cli.metrics_page.markdown import code, number, table
from worker_service.pipeline.findings.rulebook import EVERY_MOVEMENT, Adjustment, Rule, rulebooks


def rules(book: str) -> str:
    """Return every limit of one rule book."""
    heads = ("finding", "when", "severity", "weaker when", "why it matters", "drills", "source")
    return table(heads, [_rule(rule) for rule in rulebooks()[book].rule])


def _rule(rule: Rule) -> tuple[str, ...]:
    scope = f" ({', '.join(rule.exercises)})" if rule.exercises else ""
    young = "" if rule.adults_only else "; any age"
    side = f" ({rule.title_of_side})" if rule.title_of_side else ""
    band = "its error band" if rule.error_band is None else number(rule.error_band)
    return (
        f"{code(rule.code)} {rule.title}{side}",
        f"{code(rule.metric)} {rule.operator} {number(rule.limit)} by {band}{scope}{young}",
        f"medium from {number(rule.medium_beyond)}, high from {number(rule.high_beyond)} beyond",
        "; ".join(_adjustment(one) for one in rule.adjust) or "–",
        rule.why,
        ", ".join(rule.drills) or "–",
        rule.source,
    )


def _adjustment(one: Adjustment) -> str:
    condition = one.when_finding or one.when_check_fails
    if one.when_missing is not None:
        condition = f"{one.when_missing} is missing"
    if one.when_measured_below is not None:
        condition = f"measured in under {one.when_measured_below:.0%} of the repetitions"
    return f"{condition} (× {number(one.factor)}): {one.because}"


def every_movement() -> str:
    """Return the rules about the recording, and what weakens every finding."""
    weaker = [
        (code(one.when_check_fails or one.when_finding or ""), number(one.factor), one.because)
        for one in rulebooks()[EVERY_MOVEMENT].adjust
    ]
    return "\n\n".join(
        [rules(EVERY_MOVEMENT), table(("failed check", "confidence ×", "because"), weaker)]
    )
