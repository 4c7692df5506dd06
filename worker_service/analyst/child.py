"""The worker's hold on one analyst process: start it, talk to it, weigh it, end it."""

import os
import selectors
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from shared.settings import MIB
from shared.telemetry import logger
from worker_service.analyst.orders import Order
from worker_service.analyst.wire import (
    LONGEST_LINE,
    Begun,
    NotUnderstood,
    Ready,
    Said,
    line_of,
    understand,
)

log = logger(__name__)

LAST_WORDS_S = 2.0
"""How long a process that was asked to end may take over it."""

DEATH_S = 5.0
"""How long a killed one may take; one that hangs in a driver cannot be waited for."""

SECRETS = ("AWS_", "DATABASE_", "ECS_")
"""Beginnings of variables that the process which opens strangers' files is not given."""


class ChildEnded(Exception):
    """The process is not there any more; the text says how it ended, for a sentence."""


class Child:
    """One process. Linux ends it with the *thread* that started it: start it where it is used.

    Attributes:
        ready: what it said when it was ready to work; None before that was heard.
        has_begun: whether it was heard to have its last order in hand.
    """

    def __init__(self, program: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start the process and return at once.

        Raises:
            OSError: it cannot be started.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = subprocess.Popen(  # noqa: S603 - our own program
                    [*program, str(theirs.fileno()), str(os.getpid())],
                    env={k: v for k, v in environment.items() if not k.startswith(SECRETS)},
                    stdin=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,
                )
            except OSError:
                ours.close()
                raise
        self.ready: Ready | None = None
        self.has_begun = False
        self._socket = ours
        self._selector = selectors.DefaultSelector()
        self._selector.register(ours, selectors.EVENT_READ)
        self._unread = b""

    @property
    def pid(self) -> int:
        """Its process id, and its group's."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether the process is there."""
        return self._process.poll() is None

    def tell(self, order: Order) -> None:
        """Give it an order.

        Raises:
            ChildEnded: it is gone.
        """
        self.has_begun = False
        try:
            self._socket.sendall(line_of(order))
        except OSError as error:
            raise self._ended() from error

    def hear(self, *, within_s: float) -> Said | None:
        """Return the next thing it says, None when it says nothing for so long.

        Raises:
            ChildEnded: it is gone, and everything it said was heard.
            NotUnderstood: it says what no sound analyst says.
        """
        deadline = time.monotonic() + within_s
        while b"\n" not in self._unread:
            if len(self._unread) > LONGEST_LINE:
                raise NotUnderstood
            if not self._selector.select(max(0.0, deadline - time.monotonic())):
                return None
            self._unread += self._received()
        line, self._unread = self._unread.split(b"\n", 1)
        said = understand(line)
        if isinstance(said, Ready):
            self.ready = said
        self.has_begun |= isinstance(said, Begun)
        return said

    def memory_mib(self) -> float:
        """How much memory it has; 0 where the system does not tell."""
        try:
            pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        except (OSError, IndexError):
            return 0.0
        return pages * os.sysconf("SC_PAGE_SIZE") / MIB

    def end(self) -> None:
        """Ask it to end, and see to it that it does."""
        self._hang_up()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(LAST_WORDS_S)
        self.kill()

    def kill(self) -> None:
        """End it and all that it started, now, whatever it is doing."""
        self._hang_up()
        if not self.is_alive:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        try:
            self._process.wait(DEATH_S)
        except subprocess.TimeoutExpired:
            log.warning("a killed analysis process does not go away", pid=self.pid)

    def _hang_up(self) -> None:
        self._selector.close()
        self._socket.close()

    def _received(self) -> bytes:
        try:
            received = self._socket.recv(LONGEST_LINE)
        except OSError as error:
            raise self._ended() from error
        if not received:
            raise self._ended()
        return received

    def _ended(self) -> ChildEnded:
        """Say how it ended; a process that only hung up is given a moment to end."""
        try:
            code = self._process.wait(LAST_WORDS_S)
        except subprocess.TimeoutExpired:
            return ChildEnded("hung up")
        return ChildEnded(f"ended with {_exit(code)}")


def _exit(code: int) -> str:
    """Return a signal's name or the exit code."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
