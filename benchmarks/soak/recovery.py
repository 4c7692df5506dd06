"""How long a job waits that lost its worker. Pure."""

import math
import statistics
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from benchmarks.soak.trouble import Kill
from shared.jobs import AttemptOutcome
from shared.models import AnalysisAttempt as Attempt


@dataclass(frozen=True, slots=True)
class Recovery:
    """From a kill to the job's next attempt and to its end, in seconds.

    Attributes:
        to_claim_s: None where there was no next attempt: that was the last one.
        to_final_s: other attempts may have been killed in between.
        robbed: a message of the job was stolen as well, so that the sweeper had to send another,
            which it does when the queue is empty.
    """

    to_claim_s: float | None
    to_final_s: float
    robbed: bool


@dataclass(frozen=True, slots=True)
class Spread:
    """Of some seconds: least, middle, 95th percentile and most."""

    least: float
    median: float
    p95: float
    most: float

    @classmethod
    def of(cls, seconds: Iterable[float]) -> "Spread | None":
        """None where there is nothing to spread."""
        ordered = sorted(seconds)
        if not ordered:
            return None
        p95 = ordered[math.ceil(0.95 * len(ordered)) - 1]
        return cls(ordered[0], statistics.median(ordered), p95, ordered[-1])


def recoveries(
    kills: Sequence[Kill],
    attempts: Sequence[Attempt],
    ended: Mapping[UUID, datetime],
    robbed: Collection[UUID],
) -> list[Recovery]:
    """One for each kill that hit an attempt.

    Args:
        kills: who was killed when.
        attempts: the whole history.
        ended: when each job became final.
        robbed: jobs of which a message was stolen.
    """
    begun = {(attempt.job_id, attempt.attempt): attempt.started_at for attempt in attempts}
    killed_at = {kill.worker: kill.at for kill in kills}
    found = []
    for attempt in attempts:
        at = killed_at.get(attempt.worker)
        if at is None or not _held(attempt, at) or attempt.job_id not in ended:
            continue
        next_at = begun.get((attempt.job_id, attempt.attempt + 1))
        found.append(
            Recovery(
                to_claim_s=None if next_at is None else (next_at - at).total_seconds(),
                to_final_s=(ended[attempt.job_id] - at).total_seconds(),
                robbed=attempt.job_id in robbed,
            )
        )
    return found


def _held(attempt: Attempt, at: datetime) -> bool:
    """Whether this attempt was its worker's when it was killed, and nobody's before."""
    return (
        attempt.outcome == AttemptOutcome.LOST
        and attempt.started_at <= at
        and attempt.ended_at is not None
        and attempt.ended_at >= at
    )
