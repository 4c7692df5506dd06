"""Runs every benchmark, prints one table and writes `build/bench.json`."""

import json
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import api, memory, pose_step
from benchmarks.figure import Figure

OUTPUT = Path("build/bench.json")
PARTS = {"pose": pose_step.run, "memory": memory.run, "api": api.run}


def main(names: list[str]) -> int:
    """Run the named parts (all by default); exit 1 when a budget is missed."""
    figures = [figure for name in names or PARTS for figure in PARTS[name]()]
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps([figure.entry() for figure in figures], indent=1) + "\n")
    Console().print(_table(figures))
    return 0 if all(figure.holds for figure in figures) else 1


def _table(figures: list[Figure]) -> Table:
    table = Table(title="bench", caption=f"written to {OUTPUT}")
    for heading in ("figure", "value", "peer", "ratio", "budget", ""):
        table.add_column(heading, justify="left" if heading == "figure" else "right")
    for figure in figures:
        table.add_row(*figure.cells())
    return table


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
