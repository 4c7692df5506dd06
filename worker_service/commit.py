"""Patience: what was computed is not computed again for an outage of the database."""

import time
from collections.abc import Callable, Iterator

from shared.errors import DatabaseError, SaveFailed
from shared.telemetry import logger

log = logger(__name__)

FIRST_PAUSE_S = 0.5

LONGEST_PAUSE_S = 15.0

LOOK_EVERY_S = 0.2
"""How often a pause asks whether it must end."""


def commit_patiently(
    commit: Callable[[], None], *, within_s: float, check: Callable[[], None]
) -> None:
    """Try until it is done, for `within_s`; what `check` raises ends it.

    Raises:
        SaveFailed: the database stayed away.
    """
    ends = time.monotonic() + within_s
    for pause_s in _pauses():
        try:
            commit()
        except DatabaseError as error:
            left_s = ends - time.monotonic()
            if left_s <= 0:
                raise SaveFailed from error
            log.warning("commit failed, trying again", pause_s=pause_s)
            _wait(min(pause_s, left_s), check)
        else:
            return


def _pauses() -> Iterator[float]:
    pause_s = FIRST_PAUSE_S
    while True:
        yield pause_s
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S)


def _wait(seconds: float, check: Callable[[], None]) -> None:
    ends = time.monotonic() + seconds
    while (left_s := ends - time.monotonic()) > 0:
        check()
        time.sleep(min(left_s, LOOK_EVERY_S))
