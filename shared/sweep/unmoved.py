"""What it means that nobody moves a job: the sweeper acts on it, operators are shown it."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func

from shared.job_moves import from_now
from shared.jobs import LEASED, UNCLAIMED, Status
from shared.models import VideoAnalysisJob as Job


def waits() -> ColumnElement[bool]:
    """It is there for any worker to take."""
    return and_(Job.status == Status.PROCESSING, Job.stage.in_(UNCLAIMED))


def unsent() -> ColumnElement[bool]:
    """It waits, and no message carries it."""
    return and_(waits(), Job.sqs_message_id.is_(None))


def sent() -> ColumnElement[bool]:
    """It waits by a message that should bring a worker."""
    return and_(waits(), Job.sqs_message_id.is_not(None))


def lease_over(*, for_s: float) -> ColumnElement[bool]:
    """Its worker let the lease run out so long ago."""
    held = and_(Job.status == Status.PROCESSING, Job.stage.in_(LEASED))
    return and_(held, Job.lease_until < from_now(-for_s))


def pushed_or_changed() -> ColumnElement[datetime]:
    """When it last moved, or the sweeper last tried to move it."""
    return func.greatest(Job.updated_at, Job.pushed_at)  # which ignores an empty one
