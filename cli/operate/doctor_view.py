"""Findings for the eye: a line each, and below it what to do."""

from collections import Counter
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.operate.checks.check import Finding, Verdict

MARKS = {
    Verdict.OK: ("ok", "green"),
    Verdict.WARN: ("warn", "yellow"),
    Verdict.FAILED: ("FAILED", "bold red"),
    Verdict.SKIPPED: ("skipped", "dim"),
}

_MARK_WIDTH, _TITLE_WIDTH = 7, 19


def show_finding(finding: Finding, console: Console) -> None:
    """Print what a check saw; advice and where to read on only where it is not ok."""
    mark, style = MARKS[finding.verdict]
    table = Table.grid(padding=(0, 1))
    table.add_column(width=_MARK_WIDTH)
    table.add_column(width=_TITLE_WIDTH, no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row(Text(mark, style=style), Text(finding.title), Text(finding.saw))
    if finding.advice:
        table.add_row("", "", Text(finding.advice))
        table.add_row("", "", Text(finding.runbook, style="dim"))
    console.print(table)


def show_sum(findings: Iterable[Finding], console: Console) -> None:
    """Print how many of each there were."""
    counts = Counter(finding.verdict for finding in findings)
    words = [f"{counts[verdict]} {mark}" for verdict, (mark, _) in MARKS.items() if counts[verdict]]
    console.print(f"\n{', '.join(words)}", highlight=False)
