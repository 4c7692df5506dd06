"""`coach cost`: what a stage costs in a month, with the arithmetic."""

import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.errors import CliError, plain_errors

if TYPE_CHECKING:
    from infra.costs import Line
    from infra.stage import Stage

VOLUMES = (100, 10_000, 1_000_000)

CONTEXT = Path("cdk.json")
"""Where stages are changed and added, as `cdk` itself looks for it."""


@plain_errors()
def cost(
    *,
    stage: Annotated[str, typer.Option(help="dev, prod, or one in cdk.json.")] = "prod",
    videos: Annotated[
        list[int] | None, typer.Option(min=1, help="A month; may be given several times.")
    ] = None,
    lines: Annotated[bool, typer.Option("--lines", help="Every line with its arithmetic.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Say what a stage costs in a month in us-east-1, list prices without free tiers.

    The stage's values come from the code and from cdk.json in this folder. Prices are in
    infra/prices.py, what coaches are taken to do in infra/costs.py.
    """
    chosen = _stage(stage)
    bills = {count: _bill(chosen, count) for count in videos or VOLUMES}
    if as_json:
        print(json.dumps({count: [_entry(line) for line in one] for count, one in bills.items()}))
        return
    for one in _tables(chosen, bills) if lines else [_summary(chosen, bills)]:
        print(one)
    for count in bills:
        _warn(chosen, count)


def _stage(name: str) -> "Stage":
    from infra.stage import stages

    try:
        named = stages(_changes())
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    if name not in named:
        raise typer.BadParameter(f"no stage {name}; there are {', '.join(named)}")
    return named[name]


def _changes() -> Mapping[str, Mapping[str, Any]]:
    if not CONTEXT.is_file():
        return {}
    changes: Mapping[str, Mapping[str, Any]] = (
        json.loads(CONTEXT.read_text(encoding="utf-8")).get("context", {}).get("stages", {})
    )
    return changes


def _bill(stage: "Stage", videos: int) -> "list[Line]":
    from infra.costs import Habits, bill
    from infra.prices import NoPrice

    try:
        return bill(stage, videos, Habits())
    except NoPrice as error:
        raise CliError(str(error)) from error


def _summary(stage: "Stage", bills: "Mapping[int, list[Line]]") -> str:
    """A row a part, a column a number of videos."""
    parts: dict[str, list[float]] = defaultdict(lambda: [0.0] * len(bills))
    for column, one in enumerate(bills.values()):
        for line in one:
            parts[line.part][column] += line.usd
    totals = [sum(line.usd for line in one) for one in bills.values()]
    each = [total / count for total, count in zip(totals, bills, strict=True)]
    rows = [
        ("videos a month", *(f"{count:,}" for count in bills)),
        *((part, *map(_usd, amounts)) for part, amounts in parts.items()),
        ("together", *map(_usd, totals)),
        ("a video", *(f"${value:,.4f}" for value in each)),
    ]
    return f"Stage {stage.name}, US dollars a month\n\n" + _aligned(rows)


def _tables(stage: "Stage", bills: "Mapping[int, list[Line]]") -> list[str]:
    return [
        f"Stage {stage.name}, {count:,} videos a month\n\n"
        + _aligned(
            [
                ("part", "what", "amount", "", "price", "a month"),
                *(
                    (line.part, line.what, f"{line.amount:,.1f}", line.unit, f"${line.price:.10g}",
                     _usd(line.usd))
                    for line in one
                ),
                ("together", "", "", "", "", _usd(sum(line.usd for line in one))),
            ],
            left=2,
        )
        for count, one in bills.items()
    ]  # fmt: skip


def _warn(stage: "Stage", videos: int) -> None:
    from infra.costs import Habits, too_few_workers, workers_needed

    if too_few_workers(stage, videos, Habits()):
        needed = workers_needed(stage, videos, Habits())
        print(
            f"{videos:,} videos need {needed:.1f} workers on average;"
            f" max_tasks is {stage.max_tasks}: raise it."
        )


def _aligned(rows: "list[tuple[str, ...]]", *, left: int = 1) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "".join(
        "  ".join(
            cell.ljust(width) if number < left else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        + "\n"
        for row in rows
    )


def _usd(amount: float) -> str:
    return f"{amount:,.2f}"


def _entry(line: "Line") -> dict[str, str | float]:
    return {
        "part": line.part,
        "what": line.what,
        "amount": line.amount,
        "unit": line.unit,
        "price_usd": line.price,
        "usd": line.usd,
    }
