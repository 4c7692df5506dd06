"""Child processes that end with us, also when we are killed with `kill -9`."""

import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from local.errors import DidNotStart, PartEnded

LOOPBACK = "127.0.0.1"
"""The only address anything here binds to."""

GRACE_S = 10
"""How long a process may take to stop before it is killed."""

_LEASH = Path(__file__).with_name("leash.py")
_LAST_LINES = 12
_LOOK_EVERY_S = 0.02


@dataclass(frozen=True, slots=True)
class Account:
    """Who a process runs as."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Child:
    """A running part of the local system."""

    name: str
    log: Path
    leash: subprocess.Popen[bytes]

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self.leash.poll()

    def wait_until(self, ready: Callable[[], bool], *, within_s: float = 30) -> None:
        """Return once `ready()`.

        Raises:
            DidNotStart: it ended, or was not ready in time.
        """
        deadline = time.monotonic() + within_s
        while not ready():
            if self.exit_code is not None:
                raise DidNotStart(f"{self.name} ended while starting.\n{self.last_words()}")
            if time.monotonic() > deadline:
                raise DidNotStart(
                    f"{self.name} was not ready in {within_s:g} s.\n{self.last_words()}"
                )
            time.sleep(_LOOK_EVERY_S)

    def check(self) -> None:
        """Raise `PartEnded` unless it runs."""
        if self.exit_code is not None:
            raise PartEnded(f"{self.name} ended unexpectedly.\n{self.last_words()}")

    def last_words(self) -> str:
        """Return the end of its log and where the whole log lies."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join((*lines[-_LAST_LINES:], f"Log: {self.log}"))


@contextmanager
def child(  # noqa: PLR0913 - each is one term on which it runs
    name: str,
    command: Sequence[str],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    account: Account | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
    grace_s: int = GRACE_S,
    takes_along: Path | None = None,
) -> Iterator[Child]:
    """Run `command` until the block ends; both its outputs go to `log`.

    The folder `takes_along` is removed when it ends, even where we are killed and cannot do so.

    It runs in a session of its own, so Ctrl-C in the terminal reaches only us and parts stop in
    order.
    """
    uid, gid = (account.uid, account.gid) if account else (-1, -1)
    terms = (int(stop_signal), grace_s, uid, gid, takes_along or "")
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        leash = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_LEASH), *map(str, terms), *command],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if env is None else dict(env),
            cwd=cwd,
            start_new_session=True,
        )
    try:
        yield Child(name, log, leash)
    finally:
        _let_go(leash)


def free_port() -> int:
    """Return a port of this machine that is free right now."""
    with closing(socket.socket()) as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def listens(port: int) -> bool:
    """Whether something accepts connections on this port of this machine."""
    with closing(socket.socket()) as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0


def reachable_by_others(path: Path) -> bool:
    """Whether an unprivileged account may enter or run `path`, by the permission bits."""
    place = path.resolve()
    return all(step.stat().st_mode & stat.S_IXOTH for step in (place, *place.parents))


def _let_go(leash: subprocess.Popen[bytes]) -> None:
    if leash.stdin is not None:
        with suppress(BrokenPipeError):
            leash.stdin.close()
    leash.wait()
