"""The API's function as Lambda starts it: its module is run anew, wired from the environment."""

import asyncio
import runpy
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from io import StringIO

from mangum import Mangum

from tests.rig.logging_as_before import logging_as_before


@dataclass(frozen=True, slots=True)
class ApiFunction:
    """One started function; `log` is its output."""

    handler: Mangum
    log: StringIO


@contextmanager
def api_function() -> Iterator[ApiFunction]:
    """Start it in the environment of now; its connections end with the block."""
    loop = asyncio.new_event_loop()  # Lambda's runtime has one; a bare thread has none
    asyncio.set_event_loop(loop)
    written = StringIO()
    with logging_as_before():
        with redirect_stdout(written):
            handler = runpy.run_module("api_lambda.handler")["handler"]
        yield ApiFunction(handler, written)
        handler.app.state.services.sessions._engine.dispose()
    asyncio.set_event_loop(None)
    loop.close()
