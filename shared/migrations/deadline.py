"""An end to a migration that would outlive who runs it, and keep everybody from the tables."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import cast

import psycopg
from sqlalchemy import Connection

AGAIN_AFTER_S = 0.5
"""A cancellation that comes between two statements meets none; the next one does."""


@contextmanager
def called_off(connection: Connection, *, after_s: float | None) -> Iterator[None]:
    """Have the server cancel what `connection` is doing when the block takes longer."""
    if after_s is None:
        yield
        return
    driver = cast("psycopg.Connection", connection.connection.driver_connection)
    over = Event()
    watch = Thread(target=_cancel, args=(driver, over, after_s), daemon=True)
    watch.start()
    try:
        yield
    finally:
        over.set()
        watch.join()


def _cancel(driver: psycopg.Connection, over: Event, after_s: float) -> None:
    wait_s = after_s
    while not over.wait(wait_s):
        with suppress(psycopg.Error):  # the server is away: then the keepalives end it
            driver.cancel_safe(timeout=AGAIN_AFTER_S)
        wait_s = AGAIN_AFTER_S
