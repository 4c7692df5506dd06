"""What goes wrong meanwhile: workers are killed or frozen, messages are stolen or held back."""

import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from threading import Event
from typing import Any
from uuid import UUID

from shared.queue.job_queue import JobQueue
from shared.queue.messages import JobMessage
from tests.rig.workers import STOPS_WITHIN_S, WorkerProcess, Workers

UNEVEN = (0.5, 1.5)
"""The pause between two troubles, in shares of its mean."""

FREEZE_EVERY_S = 10.0

STEAL_EVERY_S = 2.0
HELD_UP_TO_S = 8
STOLEN = 0.3
"""The share of the messages taken that nobody sees again; the others come back."""


@dataclass(frozen=True, slots=True)
class Kill:
    """A worker's end."""

    worker: str
    at: datetime


@dataclass(slots=True)
class Crew:
    """The workers: always as many as asked for, whoever dies.

    Attributes:
        workers: starts them.
        settings: theirs.
        alive: those that nobody killed.
        kills: those that somebody did.
        frozen: names of those that stood still for a while.
        exits: the status of each that ended unasked, or was told to.
    """

    workers: Workers
    settings: dict[str, Any]
    alive: list[WorkerProcess] = field(default_factory=list)
    kills: list[Kill] = field(default_factory=list)
    frozen: list[str] = field(default_factory=list)
    exits: dict[str, int] = field(default_factory=dict)

    def muster(self, number: int) -> None:
        """Start so many."""
        self.alive += [self.workers.start(**self.settings) for _ in range(number)]

    def kill_and_replace(self, victim: WorkerProcess) -> None:
        """End one without warning and start another in its place."""
        if (status := victim.process.poll()) is not None:
            self.exits[victim.name] = status
        else:
            victim.kill()
            self.kills.append(Kill(victim.name, datetime.now(UTC)))
        self.muster(1)  # before the other is taken out: somebody may be choosing from them
        self.alive.remove(victim)

    def dismiss(self) -> None:
        """Tell all to stop, once they are up, and wait until they did."""
        for worker in self.alive:
            worker.wait_until_ready()
        for worker in self.alive:
            worker.process.send_signal(signal.SIGTERM)
        for worker in self.alive:
            self.exits[worker.name] = worker.process.wait(timeout=STOPS_WITHIN_S)


def kill_now_and_then(
    crew: Crew, random: Random, final: Callable[[], int], *, every_s: float, stop: Event
) -> None:
    """Kill a random worker every few seconds, some while they start and some at work.

    After each a job must become final before the next: a busy machine, on which workers take
    longer to start than they have to live, would otherwise never get anything done.
    """
    final_before = -1
    while not stop.wait(every_s * random.uniform(*UNEVEN)):
        if (final_now := final()) > final_before:
            final_before = final_now
            crew.kill_and_replace(random.choice(crew.alive))


def freeze_now_and_then(crew: Crew, random: Random, *, for_s: float, stop: Event) -> None:
    """Stop a random worker for longer than its lease, as a paused machine does, and thaw it.

    It wakes up believing that its job is still its own.
    """
    while not stop.wait(FREEZE_EVERY_S * random.uniform(*UNEVEN)):
        victim = random.choice(crew.alive)
        crew.frozen.append(victim.name)
        victim.process.send_signal(signal.SIGSTOP)
        stop.wait(for_s)
        victim.process.send_signal(signal.SIGCONT)


@dataclass(slots=True)
class Thefts:
    """What became of messages that somebody else took: whose were lost, how many came back."""

    lost: list[UUID] = field(default_factory=list)
    held: int = 0


def steal_now_and_then(queue: JobQueue, random: Random, thefts: Thefts, *, stop: Event) -> None:
    """Take a message that is none of ours: most come back after a while, some never."""
    while not stop.wait(STEAL_EVERY_S * random.uniform(*UNEVEN)):
        taken = queue.receive(wait_s=0, visibility_s=random.randint(1, HELD_UP_TO_S))
        if taken is None:
            continue
        if random.random() < STOLEN:
            queue.delete(taken)
            thefts.lost.append(JobMessage.model_validate_json(taken.body).job_id)
        else:
            thefts.held += 1
