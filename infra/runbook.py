"""Where the runbook says what to do."""

import re

from infra.stage import Stage


def link(stage: Stage, heading: str) -> str:
    """Where the runbook has that section."""
    return f"{stage.runbook}#{_anchor(heading)}"


def _anchor(heading: str) -> str:
    """What a link to a heading names, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
