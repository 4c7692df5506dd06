"""Whether the worker's main thread still comes round: `python -m worker_service.pulse` asks.

That thread shows it between two messages, during an attempt wherever it asks whether to go on,
which is every quarter of a second, however long the job takes, and while it tries again to write
how an attempt ended. All its waits are bounded, so a worker that is busy, rests or waits for an
absent database shows it too. The heartbeat does not: it is a thread of its own, which would keep a
job in the hands of a worker that hangs.

What hangs in the analyst's process is the worker's business (`stall_limit_s`).
"""

import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

VARIABLE = "WORKER_PULSE"

EVERY_S = 1.0
"""The file is touched no more often."""

LOST_AFTER_S = 300.0
"""As long as a lease. The longest wait without a sign of life, for an SQS that does not answer, was
measured: 120 s."""


@dataclass(slots=True)
class Pulse:
    """A file that is touched; without a path nothing is."""

    path: Path | None
    _beaten: float = field(default=float("-inf"))

    def __call__(self) -> None:
        """Show that this thread is alive. A disk that refuses does not keep it from its work."""
        if self.path is None or time.monotonic() - self._beaten < EVERY_S:
            return
        self._beaten = time.monotonic()
        with suppress(OSError):
            self.path.touch()


def is_felt(path: Path, *, within_s: float = LOST_AFTER_S) -> bool:
    """Whether the file was touched lately."""
    try:
        return time.time() - path.stat().st_mtime <= within_s
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(not is_felt(Path(os.environ[VARIABLE])))
