"""Just enough Markdown: tables and how numbers and options stand in their cells."""

from collections.abc import Iterable, Mapping, Sequence

from shared.results import View


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; nothing where there are no rows."""
    body = [_row(row) for row in rows]
    return "\n".join([_row(heads), _row(["---"] * len(heads)), *body]) if body else ""


def code(text: str) -> str:
    """Return text as it is typed."""
    return f"`{text}`"


def number(value: float) -> str:
    """Return a number without needless digits, with a real minus."""
    return f"{value:g}".replace("-", "−")


def mapped(values: Mapping[View, float]) -> str:
    """Return "side 1, oblique 0.6"."""
    return ", ".join(f"{key} {number(value)}" for key, value in values.items())


def _row(cells: Sequence[str]) -> str:
    escaped = [cell.replace("|", "\\|").replace("\n", " ") for cell in cells]
    return f"| {' | '.join(escaped)} |"
