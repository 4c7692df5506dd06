"""Measures the accuracy, prints one table and writes `build/evaluate.json`."""

import argparse
import json
import sys
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.accuracy.evaluation import rows
from benchmarks.accuracy.page import HEADINGS, page
from benchmarks.accuracy.row import Row
from benchmarks.accuracy.studio import Studio

OUTPUT = Path("build/evaluate.json")
USUAL_CLIPS = Path("../shared/clips")


def main(arguments: list[str]) -> int:
    """Evaluate; exit 1 when a row fails."""
    asked = _asked(arguments)
    studio = None if asked.synthetic else Studio(_folder(asked.clips))
    console = Console(width=None if sys.stdout.isatty() else 160)
    found = list(_announced(rows(studio), console))
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps([row.entry() for row in found], indent=1) + "\n")
    console.print(_table(found))
    if asked.doc and studio is not None and studio.folder is None:
        console.print(f"No labelled clips here: {asked.doc} stays as it is.")
    elif asked.doc:
        asked.doc.write_text(page(found))
    return 0 if all(row.passed for row in found) else 1


def _asked(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=__doc__)
    parser.add_argument("--clips", type=Path, help=f"labelled clips; {USUAL_CLIPS} if it exists")
    parser.add_argument("--doc", type=Path, help="write the table as a page, too")
    parser.add_argument("--synthetic", action="store_true", help="generated athletes only")
    return parser.parse_args(arguments)


def _folder(given: Path | None) -> Path | None:
    return given or (USUAL_CLIPS if USUAL_CLIPS.is_dir() else None)


def _announced(found: Iterable[Row], console: Console) -> Iterable[Row]:
    """Say which row is next; clips take minutes."""
    for row in found:
        console.print(f"{'ok    ' if row.passed else 'FAILED'} {row.bound.what}", style="dim")
        yield row


def _table(found: list[Row]) -> Table:
    table = Table(title="accuracy", caption=f"written to {OUTPUT}")
    for heading in HEADINGS:
        table.add_column(heading)
    for group, together in groupby(found, key=lambda row: row.bound.group):
        table.add_section()
        table.add_row(f"[bold]{group}[/bold]")
        for row in together:
            table.add_row(*row.cells(), style="" if row.passed else "red")
    return table


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
