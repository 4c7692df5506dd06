"""`coach status`: the whole system at a glance."""

import typer

from cli.errors import plain_errors
from cli.operate.options import JsonOption, PortOption, StageOption


@plain_errors()
def status(
    *, port: PortOption = None, stage: StageOption = None, as_json: JsonOption = False
) -> None:
    """Show what waits, who works, what is stuck and what was done in the last hour.

    Ends with 0 whatever it shows; `coach doctor` judges. The JSON is `Overview` of
    `shared.operations.overview`.
    """
    from rich.console import Console

    from cli.operate.stages import ended_in
    from cli.operate.status_view import show_overview
    from cli.operate.system import reached

    if stage is not None:
        raise ended_in(stage, "status", as_json=as_json)
    with reached(port) as system:
        overview = system.lookout.overview()
    if as_json:
        typer.echo(overview.model_dump_json(indent=1))
    else:
        show_overview(overview, system.name, Console())
