"""How the operator's commands set their lines."""

from collections.abc import Iterable

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

INDENT = 2


def facts(rows: Iterable[tuple[str, str]], console: Console) -> None:
    """Print names and what is so, one a line, the names in bold."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(Text(name), Text(value))
    console.print(table)


def heading(text: str, console: Console) -> None:
    """Print a heading, with a line left free above it."""
    console.print(Text(f"\n{text}", style="bold"))


def line(text: str, console: Console, *, depth: int = 1, style: str = "") -> None:
    """Print a line that stays indented where it wraps."""
    console.print(Padding(Text(text, style=style), (0, 0, 0, depth * INDENT), expand=False))
