"""`coach demo`: a video's whole way through the product, on this machine."""

import time
from pathlib import Path
from typing import Annotated

import typer

from cli.errors import plain_errors
from cli.options import Engine, EngineOption, OutputOption
from cli.settings import Settings, takes_settings


@plain_errors()
@takes_settings
def demo(
    *,
    settings: Settings,
    video: Annotated[Path | None, typer.Option(help="Default: the sample video.")] = None,
    engine: EngineOption = Engine.MEDIAPIPE,
    output: OutputOption = Path("build/demo/results.json"),
) -> None:
    """Start everything, send a video in as a phone would, and show what comes back.

    Exits with 2 when the video cannot be analysed. Nothing is left running.
    """
    from rich.console import Console

    from cli.api_client import ApiClient
    from cli.local_system import local_system
    from cli.sending import send_in
    from cli.videos import existing
    from local.sample import sample_video

    console = Console()
    film = existing(video) if video else sample_video(say=console.print)
    with local_system(engine, console) as stack:

        def pause(seconds: float) -> None:
            stack.check()
            time.sleep(seconds)

        with ApiClient(stack.api_url, stack.token(), pause=pause) as api:
            send_in(film, settings, api=api, output=output, console=console)
