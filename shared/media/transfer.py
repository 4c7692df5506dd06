"""Moves one object to or from S3 in threads of its own, so that who waits can change their mind."""

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from boto3.s3.transfer import TransferConfig, create_transfer_manager
from s3transfer.subscribers import BaseSubscriber

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from s3transfer.futures import TransferFuture
    from s3transfer.manager import TransferManager

CHECK_EVERY_S = 0.2

Check = Callable[[], None]

Begin = Callable[["TransferManager", Sequence[BaseSubscriber]], "TransferFuture"]


class _News(BaseSubscriber):
    """Rings when bytes went through, and when the transfer is over one way or the other.

    Attributes:
        bell: rings for both.
        over: no thread works on it any more. The future cannot tell: it calls itself done as soon
            as it was cancelled.
    """

    def __init__(self) -> None:
        self.bell = threading.Event()
        self.over = threading.Event()

    def on_progress(
        self,
        future: "TransferFuture",  # noqa: ARG002 - who overrides takes them all
        bytes_transferred: int,  # noqa: ARG002
        **_: object,
    ) -> None:
        self.bell.set()

    def on_done(self, future: "TransferFuture", **_: object) -> None:  # noqa: ARG002 - as above
        self.over.set()
        self.bell.set()


def transfer(client: "S3Client", begin: Begin, *, check: Check, farewell_s: float) -> None:
    """Wait for what `begin` starts, and raise what it raised.

    `check` is called in this thread: at the beginning, as bytes go through, and several times a
    second while S3 is silent. What it raises gives the transfer up and comes out unchanged, once
    nothing of the transfer is under way any more. For a silent S3 that takes `farewell_s` at most;
    what is left then ends with its own timeout.
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
        news.over.wait(farewell_s)
        raise
    manager.shutdown()
    future.result()
