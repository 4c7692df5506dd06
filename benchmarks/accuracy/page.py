"""`docs/accuracy.md`: the table as a page."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from benchmarks.accuracy.row import Row

TEMPLATE = Path(__file__).parent / "page.md"
HEADINGS = ("what", "error", "worst", "bound", "n", "")


def page(rows: Sequence[Row]) -> str:
    """Return the page: the template with the tables in place."""
    failed = sum(not row.passed for row in rows)
    verdict = f"{len(rows) - failed} of {len(rows)} rows keep their bound."
    tables = [
        f"### {group}\n\n{_table(list(together))}"
        for group, together in groupby(rows, key=lambda row: row.bound.group)
    ]
    text = TEMPLATE.read_text()
    return text.replace("{verdict}", verdict).replace("{tables}", "\n\n".join(tables))


def _table(rows: list[Row]) -> str:
    lines = [HEADINGS, ("---",) * len(HEADINGS), *(row.cells() for row in rows)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
