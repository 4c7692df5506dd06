"""The one way worker processes are started, told to stop and killed: for tests and the soak."""

import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from local.child_environment import child_environment
from local.emulator import Resources
from shared.settings import DatabaseSettings, Settings
from tests.rig.waiting import wait_for

ROOT = Path(__file__).parents[2]

WORKER = ("-m", "worker_service")

STOPS_WITHIN_S = 60

QUICK = {
    "POSE_ENGINE": "synthetic",
    "RECEIVE_WAIT_S": "1",
    "LEASE_S": "3",
    "HEARTBEAT_S": "1",
    "RETRY_BASE_S": "0.2",
}
"""No model and short leases: what takes minutes in production takes seconds here."""


@dataclass(frozen=True, slots=True)
class WorkerProcess:
    """A worker that can be told to stop, or killed."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    tmp: Path

    @property
    def is_ready(self) -> bool:
        """Whether it asks for jobs, and for signals."""
        return b"worker ready" in self.log.read_bytes()

    def wait_until_ready(self) -> None:
        """Return once it is, or has ended; raise `TimeoutError` when it takes too long."""
        wait_for(
            lambda: self.is_ready or self.process.poll() is not None,
            f"{self.name} to be ready; see {self.log}",
        )

    def kill(self) -> None:
        """End it as a power cut does; nothing of it runs afterwards."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def terminate(self) -> int:
        """Ask it to stop, wait until it did, and return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=STOPS_WITHIN_S)


class Place(Protocol):
    """Where workers work."""

    def environment(self) -> dict[str, str]:
        """Return what confines a process to this place."""
        ...


@dataclass(frozen=True, slots=True)
class Workplace:
    """What processes are to reach: one database, one bucket and its queues, all of this machine."""

    database: DatabaseSettings
    resources: Resources
    endpoint: str

    def environment(self, *more: Settings) -> dict[str, str]:
        """Return what confines a process to this place."""
        made = (self.database, self.resources.storage, self.resources.queue)
        return child_environment(self.endpoint, *made, *more)


@dataclass(frozen=True, slots=True)
class Workers:
    """Starts workers at one place; `end` leaves none behind.

    Attributes:
        place: what they reach.
        folder: for logs, and for the workers' own folders unless `worker_tmp` says another.
        habits: settings that all of them have beside what the place says.
    """

    place: Place
    folder: Path
    habits: Mapping[str, str] = field(default_factory=lambda: QUICK)
    started: list[WorkerProcess] = field(default_factory=list)

    def start(self, *, program: Sequence[str] = WORKER, **settings: object) -> WorkerProcess:
        """Start one more: `w0`, `w1`, …

        Settings are the environment's, in lower case; None takes a variable out.
        """
        number = len(self.started)
        name, log = f"w{number}", self.folder / f"worker{number}.log"
        tmp = Path(str(settings.pop("worker_tmp", self.folder / f"tmp{number}")))
        tmp.mkdir(exist_ok=True)
        env: dict[str, object] = {
            **self.place.environment(),
            **self.habits,
            "WORKER_ID": name,
            "WORKER_TMP": str(tmp),
            **{setting.upper(): value for setting, value in settings.items()},
        }
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, *program],
                env={name: str(value) for name, value in env.items() if value is not None},
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.started.append(WorkerProcess(name, process, log, tmp))
        return self.started[-1]

    def end(self) -> None:
        """Kill whatever still runs."""
        for worker in self.started:
            worker.process.kill()
            worker.process.wait()
