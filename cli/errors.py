"""Exit codes, and how an expected failure is told: one sentence and what to do, no traceback."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import typer

from local.errors import LocalError
from shared.errors import CoachError, ModelUnavailable, PermanentJobError


class Exit(IntEnum):
    """What the shell sees.

    FAILED: something went wrong that is not about the video.
    VIDEO: this video cannot be analysed (or the command was called wrongly, as is usual).
    MODEL: the pose model is missing; `coach models fetch` gets it.
    INTERRUPTED: Ctrl-C.
    """

    OK = 0
    FAILED = 1
    VIDEO = 2
    MODEL = 3
    INTERRUPTED = 130


class CliError(Exception):
    """An expected failure; the message is for a person."""

    exit_code = Exit.FAILED


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn expected failures into their message on stderr and an exit code."""
    try:
        yield
    except CliError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(error.exit_code) from error
    except LocalError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(Exit.FAILED) from error
    except CoachError as error:
        print(f"{error.code}: {error}", file=sys.stderr)
        raise typer.Exit(_exit_code(error)) from error
    except KeyboardInterrupt as interrupt:
        raise typer.Exit(Exit.INTERRUPTED) from interrupt


def _exit_code(error: CoachError) -> Exit:
    if isinstance(error, PermanentJobError):
        return Exit.VIDEO
    return Exit.MODEL if isinstance(error, ModelUnavailable) else Exit.FAILED
