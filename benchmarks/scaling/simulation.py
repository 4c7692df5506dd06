"""Runs a pattern of arrivals against a stage's own scaling rule, second by second."""

import math
from collections import deque
from dataclasses import dataclass

import numpy as np

from benchmarks.scaling.arrivals import Pattern
from benchmarks.scaling.fleet import STARTING, Fleet
from infra.costs import worker_hour_usd
from infra.scaling import BUSY_PERIODS, COOLDOWN_S, EVERY_S, IDLE_PERIODS, ScalingRule
from infra.stage import Stage

NOTICED_S = 60
"""From a measurement to the change of the service: the log line becomes a metric, the alarm's
period ends, the policy acts. An assumption."""

SPREAD = 0.6
"""Of the logarithm of a job's time: most are short clips, some are long. An assumption."""

SAMPLE_S = 60


@dataclass(frozen=True, slots=True)
class Sample:
    """One moment: jobs waiting or in hand, workers that take jobs."""

    at_s: float
    open_jobs: int
    workers: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it went.

    Attributes:
        waits_s: for each job, from the end of its upload to the worker that took it.
        samples: one a minute.
        machine_h: hours paid for.
        usd: what they cost.
        over_s: when the last job was over.
    """

    waits_s: tuple[float, ...]
    samples: tuple[Sample, ...]
    machine_h: float
    usd: float
    over_s: float

    def wait_s(self, percentile: float) -> float:
        return float(np.percentile(self.waits_s, percentile))

    @property
    def most_workers(self) -> int:
        return max(sample.workers for sample in self.samples)


class Scaler:
    """What the alarms and policies of the stack do with the measurements."""

    def __init__(self, rule: ScalingRule) -> None:
        self._rule = rule
        self._empty = 0
        self._seen: deque[int] = deque(maxlen=BUSY_PERIODS)
        self._wanted = rule.least
        self._changed_s = -math.inf

    def wanted(self, open_jobs: int, now_s: float) -> int:
        """How many workers after this measurement.

        More come at once. Fewer when the last measurements all say so, some time after the last
        change, and the last ones go only after more measurements without a job.
        """
        asked = self._asked(open_jobs)
        cooled = now_s - self._changed_s >= COOLDOWN_S
        if asked > self._wanted or (asked < self._wanted and cooled):
            self._wanted, self._changed_s = asked, now_s
        return self._wanted

    def _asked(self, open_jobs: int) -> int:
        self._empty = 0 if open_jobs else self._empty + 1
        self._seen.append(open_jobs)
        if highest := max(self._seen):
            return self._rule.tasks(highest)
        return self._rule.least if self._empty >= IDLE_PERIODS else self._wanted


def simulate(stage: Stage, pattern: Pattern) -> Outcome:
    """Let the videos of `pattern` arrive at `stage`; end when all is over and the time is up."""
    rule = ScalingRule.of(stage)
    scaler, fleet = Scaler(rule), Fleet.of(rule.least, STARTING[stage.workers])
    arrivals, durations_s = deque(pattern.arrivals), _durations_s(stage, len(pattern.arrivals))
    waiting: deque[float] = deque()
    changes: deque[tuple[float, int]] = deque()
    waits_s: list[float] = []
    samples: list[Sample] = []
    now, over_s, wanted = 0.0, 0.0, rule.least
    while now < pattern.lasts_s or arrivals or waiting or fleet.busy():
        while arrivals and arrivals[0] <= now:
            waiting.append(arrivals.popleft())
        fleet.finish(now)
        if now % EVERY_S == 0:
            changes.append((now + NOTICED_S, scaler.wanted(len(waiting) + fleet.busy(), now)))
        while changes and changes[0][0] <= now:
            wanted = changes.popleft()[1]
        fleet.resize(wanted, now)
        for worker in fleet.free(now)[: len(waiting)]:
            waits_s.append(now - waiting.popleft())
            worker.busy_until = now + durations_s[len(waits_s) - 1]
            over_s = max(over_s, worker.busy_until)
        if now % SAMPLE_S == 0:
            samples.append(Sample(now, len(waiting) + fleet.busy(), fleet.running(now)))
        now += 1.0
    hours = fleet.close(now) / 3600
    return Outcome(tuple(waits_s), tuple(samples), hours, hours * worker_hour_usd(stage), over_s)


def _durations_s(stage: Stage, count: int) -> list[float]:
    """Of each job, with the stage's mean."""
    middle = np.log(stage.job_s) - SPREAD**2 / 2
    drawn: list[float] = np.random.default_rng(2).lognormal(middle, SPREAD, count).tolist()
    return drawn
