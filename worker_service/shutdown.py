"""SIGTERM: stop taking jobs at once, give the one in hand some time, then hand it back."""

import os
import signal
import sys
import threading
import time
from types import FrameType


class ShuttingDown(Exception):
    """The time for the job in hand is over; it goes back to the queue unharmed."""


class Shutdown:
    """Asked for by SIGTERM or SIGINT (or `request`); a second signal ends the grace time."""

    def __init__(self, *, grace_s: float) -> None:
        self._grace_s = grace_s
        self._requested = threading.Event()
        self._deadline = float("inf")

    def listen(self) -> None:
        """Catch the two signals from now on; main thread only."""
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, self._on_signal)

    def request(self) -> None:
        """Stop receiving; the job in hand may go on until the grace time is over."""
        again = self._requested.is_set()
        self._deadline = time.monotonic() + (0 if again else self._grace_s)
        self._requested.set()

    @property
    def requested(self) -> bool:
        """Whether no further job may be taken."""
        return self._requested.is_set()

    def wait(self, seconds: float) -> None:
        """Sleep, but wake up when shutdown is requested."""
        self._requested.wait(seconds)

    def check(self) -> None:
        """Raise `ShuttingDown` once the grace time is over."""
        if time.monotonic() >= self._deadline:
            raise ShuttingDown

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.request()


def end_process() -> None:
    """End it now, successfully, where a thread hangs that would be waited for.

    That is a transfer given up while S3 is silent. Whatever has to be closed is closed before.
    """
    others = set(threading.enumerate()) - {threading.main_thread()}
    if any(not thread.daemon for thread in others):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
