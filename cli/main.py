"""The `coach` command: puts the commands together."""

from typing import Annotated

import typer

from cli.analyze import analyze
from cli.cost import cost
from cli.demo import demo
from cli.models import models
from cli.operate import commands
from cli.token import token
from cli.up import up
from cli.upload import upload
from shared import __version__

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # a bug shows Python's own traceback
    help="Film an athlete with a phone; get the skeleton, the measurements and what to work on.",
)
for command in (demo, up, analyze, upload, token, cost):
    app.command()(command)
commands.add_to(app)
app.add_typer(models, name="models")


def main() -> None:
    """Run the command line."""
    app()


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - Typer hands the flag in
    if wanted:
        print(__version__)
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Hold the options that come before a command."""
    del version


if __name__ == "__main__":
    main()
