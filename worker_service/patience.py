"""Patience: what was done is not done again for an outage of the database or of S3."""

import time
from collections.abc import Callable
from typing import TypeVar

from shared.errors import DependencyError
from shared.telemetry import logger

log = logger(__name__)

FIRST_PAUSE_S = 0.5

LONGEST_PAUSE_S = 15.0

LOOK_EVERY_S = 0.2
"""How often a pause asks whether it must end."""

SHORT_S = 15.0
"""Seconds for what cannot wait long: a worker that has to go, a message that runs out."""

T = TypeVar("T")


def patiently(
    do: Callable[[], T], *, within_s: float, check: Callable[[], None] = lambda: None
) -> T:
    """Try until it is done, for `within_s`; what `check` raises ends it.

    With `within_s=0` it is tried once.

    Raises:
        DependencyError: the service stayed away, or said a no that stays one.
    """
    ends, pause_s = time.monotonic() + within_s, FIRST_PAUSE_S
    while True:
        try:
            return do()
        except DependencyError as error:
            left_s = ends - time.monotonic()
            if left_s <= 0 or not error.retryable:
                raise
            log.warning("trying again", code=error.code, pause_s=pause_s)
            _wait(min(pause_s, left_s), check)
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S)


def _wait(seconds: float, check: Callable[[], None]) -> None:
    ends = time.monotonic() + seconds
    while (left_s := ends - time.monotonic()) > 0:
        check()
        time.sleep(min(left_s, LOOK_EVERY_S))
