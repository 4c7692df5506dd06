"""Moves one object to or from S3 in threads of its own, so that who waits can change their mind."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from boto3.s3.transfer import TransferConfig, create_transfer_manager
from s3transfer.subscribers import BaseSubscriber

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from s3transfer.futures import TransferFuture
    from s3transfer.manager import TransferManager

CHECK_EVERY_S = 0.2

FAREWELL_S = 1.0
"""How long a transfer that was given up may take to end."""

Check = Callable[[], None]

Begin = Callable[["TransferManager", Sequence[BaseSubscriber]], "TransferFuture"]


class _News(BaseSubscriber):
    """Rings when bytes went through, and when the transfer is over one way or the other."""

    def __init__(self) -> None:
        self.bell = threading.Event()

    def on_progress(
        self,
        future: "TransferFuture",  # noqa: ARG002 - who overrides takes them all
        bytes_transferred: int,  # noqa: ARG002
        **_: object,
    ) -> None:
        self.bell.set()

    def on_done(self, future: "TransferFuture", **_: object) -> None:  # noqa: ARG002 - as above
        self.bell.set()


def transfer(client: "S3Client", begin: Begin, *, check: Check) -> None:
    """Wait for what `begin` starts, and raise what it raised.

    `check` is called in this thread: at the beginning, as bytes go through, and several times a
    second while S3 is silent. What it raises gives the transfer up and comes out unchanged.
    """
    check()
    news = _News()
    manager = create_transfer_manager(client, TransferConfig())
    future = begin(manager, [news])
    try:
        while not future.done():
            if news.bell.wait(CHECK_EVERY_S):
                news.bell.clear()
            check()
    except BaseException:
        future.cancel()
        _farewell(future)
        raise
    manager.shutdown()
    future.result()


def _farewell(future: "TransferFuture") -> None:
    """Wait a little for a transfer given up: one that hangs ends with its own timeout."""
    ends = time.monotonic() + FAREWELL_S
    while not future.done() and time.monotonic() < ends:
        time.sleep(0.01)
