"""The analyst's side of the line: orders in, progress and endings out, one order at a time."""

import errno
import os
import queue
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

import structlog
from pydantic import BaseModel

from shared.errors import DiskFull, JobError, ProcessingFailed
from shared.telemetry import logger
from worker_service.analyst.orders import Order
from worker_service.analyst.wire import Begun, Done, Failed, Moved, Ready, line_of
from worker_service.pipeline.steps import StepProgress

log = logger(__name__)

SAY_EVERY_S = 0.1
"""Progress is not said more often, but for the end of a step."""

LAST_WORDS_S = 0.5
"""How long an analysis may go on after the worker hung up."""

Report = Callable[[StepProgress], None]


class Work(Protocol):
    """What is done with an order."""

    def prepare(self) -> None:
        """Do beforehand what would make the first order slow."""
        ...

    def device(self) -> str | None:
        """What it runs on, `cpu` or `gpu`; None where that is not known yet."""
        ...

    def carry_out(self, order: Order, report: Report) -> None:
        """Analyse the video and write the files."""
        ...


def serve(line: socket.socket, work: Work) -> None:
    """Carry out orders until the worker hangs up; then the process is at its end.

    A worker that hangs up in the middle of an analysis ends the process, whatever it is doing.
    """
    orders: queue.SimpleQueue[Order | None] = queue.SimpleQueue()
    threading.Thread(target=_take, args=(line, orders), name="orders", daemon=True).start()
    mouth = _Mouth(line)
    work.prepare()
    mouth.say(Ready(device=work.device()))
    log.info("analyst ready", device=work.device())
    while (order := orders.get()) is not None:
        with structlog.contextvars.bound_contextvars(**order.context):
            mouth.say(Begun())
            mouth.say(_ending(order, work, mouth.report))


def _take(line: socket.socket, orders: "queue.SimpleQueue[Order | None]") -> None:
    with suppress(ConnectionError), line.makefile("rb") as lines:
        for text in lines:
            orders.put(Order.model_validate_json(text))
    orders.put(None)
    time.sleep(LAST_WORDS_S)
    os._exit(1)


def _ending(order: Order, work: Work, report: Report) -> Done | Failed:
    try:
        work.carry_out(order, report)
    except Exception as error:  # noqa: BLE001 - the worker goes on, whatever a video does
        failure, foreseen = _failure(error)
        return Failed(
            code=failure.code, sentence=str(failure), foreseen=foreseen, device=work.device()
        )
    return Done(device=work.device())


def _failure(error: Exception) -> tuple[JobError, bool]:
    """Return what went wrong as the row tells it, and whether somebody foresaw it."""
    if isinstance(error, JobError):
        return error, True
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DiskFull(), True
    log.error("analysis broke", exc_info=error)
    return ProcessingFailed(f"{ProcessingFailed.sentence}: {type(error).__name__}"), False


@dataclass(slots=True)
class _Mouth:
    """Says things to the worker, progress not too often."""

    line: socket.socket
    _said_at: float = field(default=float("-inf"))

    def say(self, message: BaseModel) -> None:
        self.line.sendall(line_of(message))

    def report(self, progress: StepProgress) -> None:
        now = time.monotonic()
        if progress.seconds is None and now - self._said_at < SAY_EVERY_S:
            return
        self._said_at = now
        self.say(Moved.of(progress))
