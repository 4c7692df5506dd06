"""How many workers for how many jobs: the rule that the stack deploys and the simulation tries.

Plain arithmetic; knows nothing of AWS.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from infra.stage import Stage

MOST_STEPS = 20
"""A policy takes no more ("Quotas for Application Auto Scaling", its User Guide)."""

EVERY_S = 60
"""How often the number of open jobs is measured."""

BUSY_PERIODS = 3
"""So many measurements are looked at: workers follow the highest, for the newest may lack a count
that is on its way."""

IDLE_PERIODS = 15
"""So many measurements in a row with nothing to do before the last workers go: starting one again
takes minutes."""

COOLDOWN_S = 300
"""After a change, fewer workers are not asked for so soon; more are at once ("Cooldown period",
Application Auto Scaling User Guide)."""


@dataclass(frozen=True, slots=True)
class Step:
    """From `jobs` open jobs on, until the next step, run `tasks` workers."""

    jobs: int
    tasks: int


@dataclass(frozen=True, slots=True)
class ScalingRule:
    """As many workers as finish all open jobs within the wait that is accepted.

    Open are the jobs that wait and those in hand: counted without the latter, a worker that took
    the last job would be one too many.

    Attributes:
        job_s: how long a worker has a job in hand, on average.
        wait_s: how long the last one may wait.
        least: workers when there is nothing to do.
        most: workers at the highest.
    """

    job_s: float
    wait_s: float
    least: int
    most: int

    @classmethod
    def of(cls, stage: Stage) -> "ScalingRule":
        return cls(stage.job_s, stage.wait_s, stage.min_tasks, stage.max_tasks)

    def steps(self) -> tuple[Step, ...]:
        """At most `MOST_STEPS`, the first from 0 jobs on.

        Where there are fewer steps than workers, each asks for enough for all jobs up to the next.
        """
        counts = list(self._counts())
        first = Step(0, self.least)
        return (
            first,
            *(Step(self._jobs_for(before) + 1, tasks) for before, tasks in pairwise(counts)),
        )

    def tasks(self, open_jobs: int) -> int:
        """How many workers the steps ask for."""
        return max(step.tasks for step in self.steps() if step.jobs <= open_jobs)

    def _counts(self) -> Iterator[int]:
        """Numbers of workers, rising by one, or by equal ratios where that would be too many."""
        if self.most - self.least < MOST_STEPS:
            yield from range(self.least, self.most + 1)
            return
        low, rises = max(self.least, 1), MOST_STEPS - (2 if self.least == 0 else 1)
        if self.least == 0:
            yield 0
        ratio = (self.most / low) ** (1 / rises)
        last = None
        for rise in range(rises + 1):
            count = max(math.ceil(low * ratio**rise - 1e-9), (last or 0) + 1)
            if count > self.most:
                return
            last = count
            yield count

    def _jobs_for(self, tasks: int) -> int:
        """How many open jobs so many workers finish in time; a worker always manages one."""
        return max(math.floor(tasks * self.wait_s / self.job_s), tasks)
