"""What a person sees while an analysis runs: a bar on a terminal, plain lines elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

STEP_PERCENT = 25
"""Between two plain lines of one stage."""


@dataclass(frozen=True, slots=True)
class Sight:
    """Where things stand. `percent` is of the upload, then of the analysis."""

    stage: str
    percent: float
    detail: str = ""


Show = Callable[[Sight], None]


@contextmanager
def progress_on(console: Console) -> Iterator[Show]:
    """Yield what shows progress on this console."""
    if not console.is_terminal:
        yield PlainLines(console)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[detail]}", style="dim"),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("Starting", total=100, detail="")
        yield lambda sight: progress.update(
            bar, description=sight.stage, completed=sight.percent, detail=sight.detail
        )


@dataclass(slots=True)
class PlainLines:
    """One line for each stage and for every quarter of the whole."""

    console: Console
    _last: tuple[str, int] = field(default=("", 0))

    def __call__(self, sight: Sight) -> None:
        """Print a line unless the last one said as much."""
        now = (sight.stage, int(sight.percent // STEP_PERCENT))
        if now != self._last:
            self._last = now
            self.console.print(f"{sight.stage} {sight.percent:.0f} %", sight.detail)
