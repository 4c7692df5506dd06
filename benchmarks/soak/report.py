"""A soak's outcome as a table."""

from rich.table import Table

from benchmarks.soak.outcome import Outcome
from benchmarks.soak.promises import MARGIN_S, Promise
from benchmarks.soak.recovery import Spread


def table(outcome: Outcome) -> Table:
    """Trouble, work, recovery times and promises, one below the other."""
    shown = Table(title=f"soak, seed {outcome.seed}", show_header=False)
    shown.add_column("")
    shown.add_column("", justify="right")
    shown.add_column("")
    for heading, rows in (("trouble made", outcome.trouble), ("work done", outcome.work)):
        _begin(shown, heading)
        for what, number in rows.items():
            shown.add_row(what, f"{number:g}")
    _begin(shown, "recovery: min / median / p95 / max")
    for what, spread in outcome.recovery_times.items():
        shown.add_row(what, _cell(spread), f"lease + {MARGIN_S:g} s = {outcome.promised_s:g} s")
    _begin(shown, "promises")
    for promise in outcome.promises:
        shown.add_row(*_cells(promise), style="" if promise.holds else "red")
    return shown


def _begin(shown: Table, heading: str) -> None:
    shown.add_section()
    shown.add_row(f"[bold]{heading}[/bold]")


def _cell(spread: Spread | None) -> str:
    if spread is None:
        return "none"
    return (
        " / ".join(
            f"{seconds:.1f}" for seconds in (spread.least, spread.median, spread.p95, spread.most)
        )
        + " s"
    )


def _cells(promise: Promise) -> tuple[str, str, str]:
    wanted = f"{'=' if promise.exactly else '≤'} {promise.allowed:g}"
    return promise.what, f"{promise.found:.4g}", f"{wanted}  {'ok' if promise.holds else 'BROKEN'}"
