"""The operator's commands: on a person's machine parts of `coach`, in a stage all there is."""

import typer

from cli.operate.dead_letters import dead_letters
from cli.operate.doctor import doctor
from cli.operate.jobs import jobs
from cli.operate.status import status


def add_to(app: typer.Typer) -> None:
    """Let `app` know them."""
    for command in (status, doctor):
        app.command()(command)
    app.add_typer(jobs, name="jobs")
    app.add_typer(dead_letters, name="dlq")
