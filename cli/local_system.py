"""Starting the local system from a command."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from cli.options import Engine
from cli.signals import stopped_in_order
from local.downloads import pose_model
from local.stack import LocalStack, StackOptions


@contextmanager
def local_system(
    engine: Engine, console: Console, *, port: int | None = None
) -> Iterator[LocalStack]:
    """Start everything and say so; fetch the pose model first where the engine needs one."""
    model = pose_model(say=console.print) if engine is Engine.MEDIAPIPE else None
    began = time.monotonic()
    console.print("Starting PostgreSQL, S3 and SQS, the API and a worker")
    if "DATABASE_URL" in os.environ:
        console.print("Instead of an empty database, the one that DATABASE_URL names is used.")
    options = StackOptions(port=port, engine=engine.value, pose_model=model)
    with stopped_in_order(), LocalStack(options) as stack:
        console.print(
            f"Ready in {time.monotonic() - began:.1f} s. Logs: {stack.logs}", soft_wrap=True
        )
        yield stack
