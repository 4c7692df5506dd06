"""A worker that fails one job after another by its own fault leaves them to the others for a while.

Without that it would be the quickest taker of all, and use up the tries of every job in the queue.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from shared.errors import CoachError
from shared.telemetry import logger

log = logger(__name__)

TOLERATED = 1
"""One full disk may have been that video's."""

FIRST_REST_S = 5.0

LONGEST_REST_S = 300.0


@dataclass(slots=True)
class Rest:
    """How long the worker takes no job: longer with each fault in a row, until an attempt has none.

    Attributes:
        now: seconds of a clock that never goes back.
    """

    now: Callable[[], float] = time.monotonic
    _faults: int = 0
    _until: float = float("-inf")

    @property
    def left_s(self) -> float:
        """Seconds until the next job may be taken."""
        return max(0.0, self._until - self.now())

    def after(self, error: CoachError | None) -> None:
        """Note how an attempt ended; None: well."""
        if error is None or not error.workers_fault:
            self._faults = 0
            return
        self._faults += 1
        if self._faults > TOLERATED:
            rest_s = min(FIRST_REST_S * 2.0 ** (self._faults - TOLERATED - 1), LONGEST_REST_S)
            self._until = self.now() + rest_s
            log.error("resting: this worker fails jobs", code=error.code, rest_s=rest_s)
