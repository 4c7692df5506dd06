"""Ctrl-C and SIGTERM stop a command alike: in order, leaving nothing behind."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stopped_in_order() -> Iterator[None]:
    """Raise `KeyboardInterrupt` on either signal while the block runs; main thread only.

    SIGINT too, because a shell starts background jobs with SIGINT ignored, and Python keeps it so.
    """
    before = {number: signal.signal(number, signal.default_int_handler) for number in STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
