"""`coach up`: the whole product on this machine, until Ctrl-C."""

import time
from typing import Annotated

import typer

from cli.errors import Exit, plain_errors
from cli.options import Engine, EngineOption

USUAL_PORT = 8000
"""Taken when it is free, so that the address is easy to remember."""

LOOK_EVERY_S = 0.5


@plain_errors()
def up(
    *,
    port: Annotated[
        int | None, typer.Option(help="Of the API.", show_default="8000, or a free one")
    ] = None,
    engine: EngineOption = Engine.MEDIAPIPE,
) -> None:
    """Start database, S3, SQS, API and worker, and keep them until Ctrl-C.

    Everything binds to 127.0.0.1; the data goes when it stops.
    """
    import httpx
    from rich.console import Console

    from cli.local_system import local_system
    from cli.running import announced
    from local.processes import listens

    console = Console()
    if port is None and not listens(USUAL_PORT):
        port = USUAL_PORT
    try:
        with (
            local_system(engine, console, port=port) as stack,
            announced(httpx.URL(stack.api_url).port or 0, stack.environment()),
        ):
            console.print(f"API:   {stack.api_url}", soft_wrap=True)
            console.print(f"Docs:  {stack.api_url}/docs", soft_wrap=True)
            console.print("Token: coach token")
            console.print(f"Try:   coach upload VIDEO --api {stack.api_url}", soft_wrap=True)
            console.print("State: coach status, coach doctor")
            console.print("Ctrl-C stops it.")
            while True:
                stack.check()
                time.sleep(LOOK_EVERY_S)
    except KeyboardInterrupt:
        console.print("Stopped.")
        raise typer.Exit(Exit.OK) from None
