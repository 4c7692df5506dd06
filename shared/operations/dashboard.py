"""What the monitoring routes show: the overview, and how the last hour went in more detail."""

from collections.abc import Iterator
from typing import cast

from sqlalchemy import Float, Text, column, func, select, true
from sqlalchemy.orm import Session

from shared.database import transaction
from shared.job_moves import from_now
from shared.jobs import AttemptOutcome, Status
from shared.models import AnalysisAttempt as Attempt
from shared.models import VideoAnalysisJob as Job
from shared.models import WebhookDelivery
from shared.operations.overview import LATELY_S, Fact, Lookout, Overview
from shared.webhooks.events import DeliveryStatus

MEDIAN, SLOW = 0.5, 0.95


class StepTime(Fact):
    """How long a step took in the attempts that completed within the last hour, in seconds."""

    step: str
    attempts: int
    p50_s: float
    p95_s: float


class FailureCount(Fact):
    """How many jobs failed of one cause within the last hour."""

    code: str
    count: int


class DeliveryCounts(Fact):
    """Webhook messages: those that still have to be taken, and those given up in the last hour."""

    pending: int
    failed_last_hour: int


class Dashboard(Overview):
    """The overview with times, failures and webhook messages."""

    step_times: tuple[StepTime, ...]
    failures: tuple[FailureCount, ...]
    deliveries: DeliveryCounts


def dashboard(lookout: Lookout) -> Dashboard:
    """Look once.

    Raises:
        DatabaseError, QueueError: there is nothing to be seen.
    """
    overview = lookout.overview()
    with transaction(lookout.engine) as rows:
        return Dashboard(
            **dict(overview),
            step_times=tuple(_step_times(rows)),
            failures=tuple(_failures(rows)),
            deliveries=_deliveries(rows),
        )


def _step_times(rows: Session) -> Iterator[StepTime]:
    part = func.jsonb_each_text(Attempt.seconds).table_valued(
        column("key", Text), column("value", Text), name="part"
    )
    took_s = part.c.value.cast(Float)
    times = (
        select(
            part.c.key.label("step"),
            func.count().label("attempts"),
            func.percentile_cont(MEDIAN).within_group(took_s).label("p50_s"),
            func.percentile_cont(SLOW).within_group(took_s).label("p95_s"),
        )
        .select_from(Attempt)
        .join(part, onclause=true())
        .where(
            Attempt.outcome == AttemptOutcome.COMPLETED,
            Attempt.ended_at > from_now(-LATELY_S),
        )
        .group_by(part.c.key)
        .order_by(part.c.key)
    )
    for row in rows.execute(times):
        yield StepTime.model_validate(row, from_attributes=True)


def _failures(rows: Session) -> Iterator[FailureCount]:
    counted = (
        select(Job.error_code.label("code"), func.count().label("count"))
        .where(Job.status == Status.FAILED, Job.completed_at > from_now(-LATELY_S))
        .group_by(Job.error_code)
        .order_by(Job.error_code)
    )
    for code, failed in rows.execute(counted):
        yield FailureCount(code=str(code), count=failed)


def _deliveries(rows: Session) -> DeliveryCounts:
    status = WebhookDelivery.status
    given_up = (status == DeliveryStatus.FAILED) & (
        WebhookDelivery.next_try_at > from_now(-LATELY_S)
    )
    counted = select(
        func.count().filter(status == DeliveryStatus.PENDING), func.count().filter(given_up)
    )
    pending, failed = cast("tuple[int, int]", rows.execute(counted).one())
    return DeliveryCounts(pending=pending, failed_last_hour=failed)
