"""Waiting for what other threads and processes bring about: for a condition, never for a while."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE_S = 60.0
"""So long may anything take on a busy machine; what is to be quick says so where it is asked."""

LOOK_EVERY_S = 0.02


def wait_for(
    look: Callable[[], T | None],
    what: str,
    *,
    within_s: float = PATIENCE_S,
    every_s: float = LOOK_EVERY_S,
) -> T:
    """Return what `look` sees once it sees something.

    Raises:
        TimeoutError: it saw nothing in time.
    """
    deadline = time.monotonic() + within_s
    while not (seen := look()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {within_s:g} s in vain for {what}")
        time.sleep(every_s)
    return seen
