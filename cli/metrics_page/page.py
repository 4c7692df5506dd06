"""Puts the page together: a template by hand, the tables from the data."""

from pathlib import Path
from string import Template

from cli.metrics_page import movements, recording, rules
from shared.results import Movement

PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"
TEMPLATE = Path(__file__).with_name("template.md")


def page() -> str:
    """Return the page as it must stand in `docs/metrics.md`."""
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        movements="\n\n".join(movements.movement(which) for which in Movement),
        every_movement=rules.every_movement(),
        checks=recording.checks(),
        reasons=recording.reasons(),
        drills=movements.drills(),
    )
