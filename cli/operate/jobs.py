"""`coach jobs`: one job and everything that was tried."""

import json
from typing import Annotated
from uuid import UUID

import typer

from cli.errors import plain_errors
from cli.operate.options import JsonOption, PortOption, StageOption

jobs = typer.Typer(no_args_is_help=True, help="Analysis jobs.")


@jobs.callback()
def _group() -> None:
    """Keeps `show` a command of its own while it is the only one."""


@jobs.command()
@plain_errors()
def show(
    job_id: Annotated[UUID, typer.Argument(metavar="ID", help="The job's id.")],
    *,
    port: PortOption = None,
    stage: StageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show where a job stands and how each of its attempts went.

    The JSON is {"job": {...}, "attempts": [...]} with the columns' own names.
    """
    from rich.console import Console

    from cli.operate.jobs_view import as_document, show_job
    from cli.operate.stages import ended_in
    from cli.operate.system import reached

    if stage is not None:
        raise ended_in(stage, "jobs", "show", str(job_id), as_json=as_json)
    with reached(port) as system:
        job, attempts = system.jobs.get(job_id), system.jobs.attempts(job_id)
    if as_json:
        typer.echo(json.dumps(as_document(job, attempts), indent=1))
    else:
        show_job(job, attempts, Console())
