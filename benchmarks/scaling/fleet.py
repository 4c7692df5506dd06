"""Workers that start, take jobs, are protected while they have one, and go."""

from collections import deque
from dataclasses import dataclass, field

from infra.stage import Compute


@dataclass(frozen=True, slots=True)
class Starting:
    """How long a worker takes to begin, in seconds. Assumptions: measure yours.

    Attributes:
        machine_s: until a machine is there for it: the capacity provider notices and EC2 boots
            the instance; nothing on Fargate.
        task_s: until it takes jobs: the image is fetched, the model loaded.
        machine_lingers_s: how long an empty machine stays, paid for; a task that comes in this
            time needs no other one. Managed scaling takes instances away after 15 minutes.
    """

    machine_s: float
    task_s: float
    machine_lingers_s: float


STARTING = {
    Compute.CPU: Starting(machine_s=0, task_s=90, machine_lingers_s=0),
    Compute.GPU: Starting(machine_s=240, task_s=60, machine_lingers_s=900),
}


@dataclass(slots=True)
class _Worker:
    machine_since: float
    ready_at: float
    busy_until: float | None = None


@dataclass(slots=True)
class Fleet:
    """The workers at a moment. Seconds count from the beginning of the simulation."""

    starting: Starting
    workers: list[_Worker] = field(default_factory=list)
    empty: deque[tuple[float, float]] = field(default_factory=deque)
    """Machines without a worker: since when they are paid for, since when empty."""
    paid_s: float = 0.0

    @classmethod
    def of(cls, size: int, starting: Starting) -> "Fleet":
        """A fleet that has been running for long."""
        return cls(starting, [_Worker(0.0, 0.0) for _ in range(size)])

    def running(self, now: float) -> int:
        """Workers that take jobs or have one."""
        return sum(worker.ready_at <= now for worker in self.workers)

    def busy(self) -> int:
        return sum(worker.busy_until is not None for worker in self.workers)

    def finish(self, now: float) -> None:
        """Let go of jobs that are over, and of machines that stood empty too long."""
        for worker in self.workers:
            if worker.busy_until is not None and worker.busy_until <= now:
                worker.busy_until = None
        while self.empty and now - self.empty[0][1] >= self.starting.machine_lingers_s:
            since, _ = self.empty.popleft()
            self.paid_s += now - since

    def resize(self, wanted: int, now: float) -> None:
        """Start workers, or end those that have no job; one with a job is protected."""
        for _ in range(wanted - len(self.workers)):
            self._start(now)
        idle = [worker for worker in self.workers if worker.busy_until is None]
        for worker in idle[: max(0, len(self.workers) - wanted)]:
            self.workers.remove(worker)
            self.empty.append((worker.machine_since, now))

    def free(self, now: float) -> list[_Worker]:
        return [
            worker
            for worker in self.workers
            if worker.ready_at <= now and worker.busy_until is None
        ]

    def close(self, now: float) -> float:
        """Return how many seconds of machines were paid for in all."""
        machines = [worker.machine_since for worker in self.workers]
        machines += [since for since, _ in self.empty]
        return self.paid_s + sum(now - since for since in machines)

    def _start(self, now: float) -> None:
        if self.empty:
            since, _ = self.empty.pop()
            self.workers.append(_Worker(since, now + self.starting.task_s))
            return
        there = now + self.starting.machine_s
        self.workers.append(_Worker(now, there + self.starting.task_s))
