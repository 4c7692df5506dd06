"""Keeps one analyst process at hand: starts it, and replaces it when it is gone or worn out."""

from collections.abc import Mapping, Sequence

from shared.telemetry import logger
from worker_service.analyst.child import Child

log = logger(__name__)

MOST_ANALYSES = 100
"""So many, and the process is replaced: what native libraries leak does not add up for ever."""

IDLE_SHARE = 0.5
"""Of its memory limit. A process that keeps more between two videos is replaced."""


class Keeper:
    """Starts processes one after another, never two at a time.

    Attributes:
        environment: of the next process; may be changed.
    """

    def __init__(
        self,
        program: Sequence[str],
        environment: Mapping[str, str],
        *,
        memory_limit_mib: int,
        most_analyses: int,
    ) -> None:
        self.environment = dict(environment)
        self._program = program
        self._idle_limit_mib = IDLE_SHARE * memory_limit_mib
        self._most_analyses = most_analyses
        self._served = 0
        self._child: Child | None = None

    @property
    def pid(self) -> int | None:
        """Of the process at hand."""
        return self._child.pid if self._child else None

    def at_hand(self) -> Child:
        """Return a process that is there or on its way, and fit for an order.

        Raises:
            OSError: none can be started.
        """
        if self._child and not self._is_fit(self._child):
            self.end()
        if self._child is None:
            self._child = Child(self._program, self.environment)
            self._served = 0
        return self._child

    def hire(self) -> Child:
        """Return one as `at_hand` does, for an order that it will be given now."""
        child = self.at_hand()
        self._served += 1
        return child

    def end(self) -> None:
        """Have the process end in good order."""
        child, self._child = self._child, None
        if child:
            child.end()

    def kill(self) -> None:
        """End it at once, whatever it is doing."""
        child, self._child = self._child, None
        if child:
            child.kill()

    def _is_fit(self, child: Child) -> bool:
        if not child.is_alive:
            log.warning("the analysis process ended between two videos", pid=child.pid)
            return False
        return self._served < self._most_analyses and child.memory_mib() <= self._idle_limit_mib
