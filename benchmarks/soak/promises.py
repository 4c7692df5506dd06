"""What must hold after a soak. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from benchmarks.soak.inspection import WHOLE, Inspection
from benchmarks.soak.recovery import Recovery
from shared.errors import MaxRetries
from shared.jobs import FINAL, MAX_ATTEMPTS, AttemptOutcome, Status

MARGIN_S = 20.0
"""A job is taken over within its lease and this much."""


@dataclass(frozen=True, slots=True)
class Promise:
    """Something counted, and how often it may be."""

    what: str
    found: float
    allowed: float
    exactly: bool = True

    @property
    def holds(self) -> bool:
        """Whether it was kept."""
        return self.found == self.allowed if self.exactly else self.found <= self.allowed


@dataclass(frozen=True, slots=True)
class Happened:
    """What those know who made the trouble.

    Attributes:
        asked: how many jobs there were to be.
        lease_s: the workers' lease.
        unlucky: workers that were killed or frozen.
        exits: the exit status of each worker that was told to stop, or ended unasked.
    """

    asked: int
    lease_s: float
    unlucky: frozenset[str]
    exits: Mapping[str, int]


def promises(
    happened: Happened, seen: Inspection, recovered: Sequence[Recovery]
) -> Iterator[Promise]:
    """Every promise with what was found."""
    final = [job for job in seen.jobs if job.status in FINAL]
    yield Promise("jobs final", len(final), happened.asked)
    yield Promise("jobs lost", happened.asked - len(seen.jobs), 0)
    yield Promise("jobs stuck", len(seen.jobs) - len(final), 0)
    yield Promise("jobs finalised twice, by the database's own count", _twice(seen.ends), 0)
    yield Promise("jobs completed by two attempts or none", _not_completed_once(seen), 0)
    yield Promise(
        "jobs that failed without three lost workers", _failed_without_need(happened, seen), 0
    )
    yield Promise("attempts still open in the history", _open_attempts(seen), 0)
    yield Promise("results not valid or not the row's", len(seen.invalid), 0)
    yield Promise("completed jobs without all their files", _incomplete(seen), 0)
    yield Promise("orphan objects", _orphans(seen), 0)
    yield Promise("messages left", seen.messages, 0)
    yield Promise("dead letters of jobs that did not fail", _stray_letters(seen), 0)
    yield Promise("scratch folders left", len(seen.scratch), 0)
    yield Promise("processes left", len(seen.processes), 0)
    yield Promise("errors in the workers' logs", len(seen.errors), 0)
    yield Promise("workers that ended by themselves or badly", _bad_exits(happened), 0)
    yield Promise(
        "longest time from a kill to the next claim, s",
        max((one.to_claim_s or 0.0 for one in recovered if not one.robbed), default=0.0),
        happened.lease_s + MARGIN_S,
        exactly=False,
    )


def _twice(ends: Counter[UUID]) -> int:
    return sum(times > 1 for times in ends.values())


def _not_completed_once(seen: Inspection) -> int:
    completed = Counter(
        attempt.job_id for attempt in seen.attempts if attempt.outcome == AttemptOutcome.COMPLETED
    )
    return sum(completed[job.id] != (job.status == Status.COMPLETED) for job in seen.jobs)


def _failed_without_need(happened: Happened, seen: Inspection) -> int:
    """A job may fail only when each of its attempts lost its worker; nothing else was wrong."""
    lost = Counter(
        attempt.job_id
        for attempt in seen.attempts
        if attempt.outcome == AttemptOutcome.LOST and attempt.worker in happened.unlucky
    )
    return sum(
        job.status == Status.FAILED
        and not (job.error_code == MaxRetries.code and lost[job.id] >= MAX_ATTEMPTS)
        for job in seen.jobs
    )


def _open_attempts(seen: Inspection) -> int:
    return sum(attempt.outcome == AttemptOutcome.RUNNING for attempt in seen.attempts)


def _incomplete(seen: Inspection) -> int:
    return sum(
        job.status == Status.COMPLETED and seen.stored.get(job.results_prefix or "") != WHOLE
        for job in seen.jobs
    )


def _orphans(seen: Inspection) -> int:
    named = {job.results_prefix for job in seen.jobs if job.status == Status.COMPLETED}
    return sum(len(names) for prefix, names in seen.stored.items() if prefix not in named)


def _stray_letters(seen: Inspection) -> int:
    failed = {job.id for job in seen.jobs if job.status == Status.FAILED}
    return sum(job_id not in failed for job_id in seen.dead_letters)


def _bad_exits(happened: Happened) -> int:
    return sum(status != 0 for status in happened.exits.values())
