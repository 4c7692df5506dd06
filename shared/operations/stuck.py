"""Jobs that a healthy system would have moved on, as an operator sees them; nothing is changed.

The limits are the sweeper's: what is listed here is what it should have pushed by now. That it
tried does not count; `updated_at` only moves with the job.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, Extract, SQLColumnExpression, and_, func, select
from sqlalchemy.orm import Session

from shared.job_moves import from_now
from shared.models import VideoAnalysisJob as Job
from shared.queue.job_queue import Depth
from shared.settings import SweepSettings
from shared.sweep.unmoved import lease_over, sent, unsent

SWEEPS_S = 120
"""Two sweeps: so long a healthy sweeper may need to come by and be sure."""

SHOWN = 50
"""Of each kind, the oldest first; more than a person reads."""


class StuckReason(StrEnum):
    """Why a job does not move.

    DEAD_LEASE: its worker is gone, and no other took over.
    UNSENT: it waits, and no message was ever sent for it.
    SILENT: it waits for a message that the queue does not have any more.
    """

    DEAD_LEASE = "dead_lease"
    UNSENT = "unsent"
    SILENT = "silent"


class StuckJob(BaseModel):
    """A job that does not move, and for how many seconds it has not."""

    model_config = ConfigDict(frozen=True)

    job_id: UUID
    reason: StuckReason
    stage: str
    for_s: float


def stuck_jobs(rows: Session, queue: Depth, limits: SweepSettings) -> tuple[StuckJob, ...]:
    """Jobs that do not move, up to `SHOWN` of each kind."""
    return tuple(_stuck(rows, _reasons(queue, limits)))


def seconds_since(moment: SQLColumnExpression[object]) -> Extract:
    """How long ago a moment was, by the database's clock."""
    return func.extract("epoch", func.now() - moment)


def _reasons(queue: Depth, limits: SweepSettings) -> Mapping[StuckReason, ColumnElement[bool]]:
    """When a job is stuck. One that waits by a message is only where the queue has no message."""
    reasons = {
        StuckReason.DEAD_LEASE: lease_over(for_s=limits.sweep_dead_lease_s + SWEEPS_S),
        StuckReason.UNSENT: and_(unsent(), _unmoved_for(limits.sweep_unsent_s)),
    }
    if queue.total == 0:
        reasons[StuckReason.SILENT] = and_(sent(), _unmoved_for(limits.sweep_silent_s))
    return reasons


def _unmoved_for(seconds: float) -> ColumnElement[bool]:
    return Job.updated_at < from_now(-seconds - SWEEPS_S)


def _stuck(rows: Session, reasons: Mapping[StuckReason, ColumnElement[bool]]) -> Iterator[StuckJob]:
    for reason, applies in reasons.items():
        since = Job.lease_until if reason is StuckReason.DEAD_LEASE else Job.updated_at
        found = (
            select(Job.id, Job.stage, seconds_since(since))
            .where(applies)
            .order_by(since)
            .limit(SHOWN)
        )
        for job_id, stage, for_s in rows.execute(found):
            yield StuckJob(job_id=job_id, reason=reason, stage=stage, for_s=for_s)
