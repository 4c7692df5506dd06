"""`docs/scaling.md`: the rule, the tables and the course of things, out of the simulation."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.scaling.arrivals import PATTERNS, Pattern
from benchmarks.scaling.fleet import STARTING
from benchmarks.scaling.simulation import NOTICED_S, SPREAD, Outcome, simulate
from infra.costs import worker_hour_usd
from infra.scaling import BUSY_PERIODS, COOLDOWN_S, EVERY_S, IDLE_PERIODS, ScalingRule
from infra.stage import DEV, PROD, Compute, Stage

TEMPLATE = Path(__file__).parent / "page.md"

BARS = " ▁▂▃▄▅▆▇█"

HEADINGS = (
    "stage", "videos arrive", "wait p50", "p95", "longest", "workers", "machine hours",
    "$ a video",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """A stage under a name, as the page calls it."""

    name: str
    stage: Stage


def _changed(stage: Stage, **changes: object) -> Stage:
    return Stage.model_validate(dict(stage) | changes)


CASES = (
    Case("dev: Fargate spot, 0 to 2", DEV),
    Case("prod: GPU, 2 to 20", PROD),
    Case("prod on Fargate, 2 to 20", _changed(PROD, workers=Compute.CPU)),
    Case("prod from zero: GPU, 0 to 20", _changed(PROD, min_tasks=0)),
)

PEERS = (
    Case("GPU, always 2", _changed(PROD, max_tasks=2)),
    Case("GPU, always 20", _changed(PROD, min_tasks=20)),
)
"""What the rule has to be better than: the cheapest and the quickest fleet that does not scale."""

PATIENT = _changed(PROD, max_tasks=250)


@dataclass(frozen=True, slots=True)
class Run:
    """One case under one pattern, and how it went."""

    case: Case
    pattern: Pattern
    outcome: Outcome

    def cells(self) -> tuple[str, ...]:
        went = self.outcome
        return (
            self.case.name,
            self.pattern.name,
            lasting(went.wait_s(50)),
            lasting(went.wait_s(95)),
            lasting(max(went.waits_s)),
            f"{went.most_workers}",
            f"{went.machine_h:.1f}",
            f"{went.usd / len(went.waits_s):.4f}",
        )


def runs(cases: Sequence[Case]) -> Iterator[Run]:
    """Run every case under every pattern."""
    for case in cases:
        for make in PATTERNS.values():
            pattern = make()
            yield Run(case, pattern, simulate(case.stage, pattern))


def page() -> str:
    """Return the page."""
    ours, peers = list(runs(CASES)), list(runs(PEERS))
    patient = Run(Case("GPU, 2 to 250", PATIENT), *_under(PATIENT, "zero to 1,000"))
    text = TEMPLATE.read_text(encoding="utf-8")
    for name, value in {
        "patterns": "\n".join(f"- **{made.name}**: {made.what}." for made in _patterns()),
        "rule": _rule(PROD),
        "assumptions": _assumptions(),
        "ours": _table(run.cells() for run in ours),
        "peers": _table(run.cells() for run in [*peers, patient]),
        "jobs": lasting(1000 * PROD.job_s),
        "ratio": f"{worker_hour_usd(PROD) / worker_hour_usd(CASES[2].stage):.1f}",
        "courses": "\n\n".join(_course(run) for run in ours),
    }.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def lasting(seconds: float) -> str:
    """Seconds as a person says them."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def _under(stage: Stage, name: str) -> tuple[Pattern, Outcome]:
    pattern = PATTERNS[name]()
    return pattern, simulate(stage, pattern)


def _patterns() -> Iterator[Pattern]:
    return (make() for make in PATTERNS.values())


def _rule(stage: Stage) -> str:
    steps = ScalingRule.of(stage).steps()
    rows = [("open jobs from", *(f"{step.jobs}" for step in steps))]
    rows.append(("workers", *(f"{step.tasks}" for step in steps)))
    return "\n".join(
        f"| {' | '.join(row)} |" for row in [rows[0], ("---",) * len(rows[0]), rows[1]]
    )


def _assumptions() -> str:
    gpu, cpu = STARTING[Compute.GPU], STARTING[Compute.CPU]
    return f"""\
- A job takes {PROD.job_s:.0f} s on average, most of them less (log-normal, sigma {SPREAD:g}).
- Open jobs are measured every {EVERY_S} s; the service changes {NOTICED_S} s later. The highest of
  the last {BUSY_PERIODS} measurements counts, for the newest may lack a count that is on its way.
- An instance with a GPU is there after {gpu.machine_s:.0f} s, and stays for
  {gpu.machine_lingers_s / 60:.0f} min when empty; its task takes jobs {gpu.task_s:.0f} s later. A
  Fargate task takes jobs after {cpu.task_s:.0f} s.
- More workers are asked for at once; fewer only {COOLDOWN_S / 60:.0f} min after the last change,
  and the last ones of a stage that goes to zero after {IDLE_PERIODS} minutes without a job. A
  worker with a job is not ended (task protection).
- Prices: `infra/prices.py`. GPU and Fargate are taken to be equally fast; see the end."""


def _table(rows: Iterator[tuple[str, ...]]) -> str:
    aligned = ("---", "---", *("---:",) * (len(HEADINGS) - 2))
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (HEADINGS, aligned, *rows))


def _course(run: Run) -> str:
    """Jobs and workers over time, one character for five minutes."""
    every = run.outcome.samples[::5]
    jobs, workers = [one.open_jobs for one in every], [one.workers for one in every]
    return (
        f"{run.case.name}, {run.pattern.name}\n"
        f"open jobs {_bars(jobs)} at most {max(one.open_jobs for one in run.outcome.samples)}\n"
        f"workers   {_bars(workers)} at most {run.outcome.most_workers}"
    )


def _bars(values: Sequence[int]) -> str:
    highest = max(*values, 1)
    return "".join(BARS[-(-value * (len(BARS) - 1) // highest)] for value in values)
