"""Options of every operator's command."""

from typing import Annotated
from uuid import UUID

import typer

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]

PortOption = Annotated[
    int | None,
    typer.Option(
        help="The local system whose API has this port.",
        show_default="what the environment names, else the local system started last",
    ),
]

StageOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME", help="The system of this stage on AWS, by your credentials there."
    ),
]

JobOption = Annotated[UUID | None, typer.Option("--job", metavar="ID", help="Of one job.")]

AllOption = Annotated[bool, typer.Option("--all", help="All of them.")]
