"""`coach upload`: send a video to any running API."""

from pathlib import Path
from typing import Annotated

import typer

from cli.errors import plain_errors
from cli.options import OutputOption, VideoArgument
from cli.settings import Settings, takes_settings

ApiOption = Annotated[
    str, typer.Option("--api", envvar="COACH_API", help="Address of the API with its base path.")
]
TokenOption = Annotated[
    str | None,
    typer.Option(
        envvar="COACH_TOKEN",
        show_envvar=True,
        help="Bearer token. Default: the local system's, as `coach token` prints it.",
    ),
]


@plain_errors()
@takes_settings
def upload(
    video: VideoArgument,
    *,
    settings: Settings,
    api: ApiOption = "http://127.0.0.1:8000/api/coaches/plus",
    token: TokenOption = None,
    output: OutputOption = Path("build/upload/results.json"),
) -> None:
    """Upload VIDEO, wait for the analysis and show what comes back.

    Exits with 2 when the video cannot be analysed.
    """
    from rich.console import Console

    from cli.api_client import ApiClient
    from cli.sending import send_in
    from cli.videos import existing

    film = existing(video)
    with ApiClient(api, token or _local_token(api)) as client:
        send_in(film, settings, api=client, output=output, console=Console())


def _local_token(api: str) -> str:
    from cli.api_client import is_here
    from cli.errors import CliError
    from local.identity import DevIdentity

    if not is_here(api):
        raise CliError("A token is needed: --token or COACH_TOKEN.")
    return DevIdentity.open().token()
