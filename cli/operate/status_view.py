"""An overview for the eye."""

from collections.abc import Iterator

from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from cli.operate.layout import INDENT, facts, heading, line
from cli.operate.words import STUCK, depth, lasting, stage
from shared.operations.overview import Overview, StageCount, WorkerFacts
from shared.operations.stuck import StuckJob


def show_overview(overview: Overview, system: str, console: Console) -> None:
    """Print the queues, then the workers, the jobs by stage and what is stuck."""
    console.print(f"{system}, {overview.at:%Y-%m-%d %H:%M:%S} UTC\n", soft_wrap=True)
    facts(_facts(overview), console)
    heading("Workers", console)
    if not overview.workers:
        line("none is alive", console)
    for worker in overview.workers:
        _show_worker(worker, console)
    heading("Jobs", console)
    if not overview.jobs:
        line("none yet", console)
    console.print(Padding(_stages(overview.jobs), (0, 0, 0, INDENT), expand=False))
    if overview.stuck:
        heading("Stuck jobs", console)
    for job in overview.stuck:
        _show_stuck(job, console)


def _facts(overview: Overview) -> Iterator[tuple[str, str]]:
    oldest, events, letters = (
        overview.oldest_waiting_s,
        overview.upload_events,
        overview.dead_letters,
    )
    yield "Job queue", depth(overview.queue)
    yield "Oldest waiting job", "none waits" if oldest is None else f"waits for {lasting(oldest)}"
    yield "Upload events", "not configured" if events is None else depth(events)
    yield "Dead letters", "not configured" if letters is None else _letters(letters)
    lately = overview.last_hour
    yield "Last hour", f"{lately.completed} completed, {lately.failed} failed"


def _letters(count: int) -> str:
    return f"{count}: see coach dlq list" if count else "none"


def _show_worker(worker: WorkerFacts, console: Console) -> None:
    times = f"up {lasting(worker.up_s)}, heard {lasting(worker.silent_s)} ago"
    line(f"{worker.id}: version {worker.version}, {times}", console)
    if worker.job_id is None:
        line("idle", console, depth=2)
        return
    line(f"job {worker.job_id}, attempt {worker.attempt}", console, depth=2)
    if worker.stage is not None and worker.percent is not None and worker.busy_s is not None:
        doing = f"{stage(worker.stage)}, {worker.percent:.0f} %, for {lasting(worker.busy_s)}"
        line(doing, console, depth=2)


def _stages(jobs: tuple[StageCount, ...]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column()
    table.add_column(justify="right")
    for one in jobs:
        table.add_row(one.status, stage(one.stage), str(one.count))
    return table


def _show_stuck(job: StuckJob, console: Console) -> None:
    line(f"{job.job_id}: for {lasting(job.for_s)}", console)
    line(STUCK[job.reason], console, depth=2)
