"""What an operator asks first: what waits, who works, what is stuck, what was done lately.

All ages are in seconds by the database's clock. SQS counts its messages approximately.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Engine, and_, func, select
from sqlalchemy.orm import Session

from shared.database import transaction
from shared.job_moves import from_now
from shared.jobs import Stage, Status
from shared.models import VideoAnalysisJob as Job
from shared.models import Worker
from shared.operations.stuck import StuckJob, seconds_since, stuck_jobs
from shared.queue.job_queue import Depth, JobQueue
from shared.settings import SweepSettings
from shared.worker_store import MISSING_AFTER_S

LATELY_S = 3600
"""What counts as the last hour."""


class Fact(BaseModel):
    """What was seen at one moment."""

    model_config = ConfigDict(frozen=True)


class QueueFacts(Fact):
    """Messages that wait, that somebody holds, and that are not to be seen before their time."""

    waiting: int
    in_work: int
    delayed: int


class WorkerFacts(Fact):
    """A worker that was heard lately, and the attempt it is busy with, if any."""

    id: str
    version: str
    up_s: float
    silent_s: float
    job_id: UUID | None
    attempt: int | None
    stage: str | None
    percent: float | None
    busy_s: float | None


class StageCount(Fact):
    """How many jobs stand there."""

    status: str
    stage: str
    count: int


class LastHour(Fact):
    """Jobs that became final within `LATELY_S`."""

    completed: int
    failed: int


class Overview(Fact):
    """The system at one moment; None stands for a queue that is not configured.

    `oldest_waiting_s` counts from when a job last began to wait for a worker; None when none does.
    """

    at: datetime
    queue: QueueFacts
    oldest_waiting_s: float | None
    upload_events: QueueFacts | None
    dead_letters: int | None
    workers: tuple[WorkerFacts, ...]
    jobs: tuple[StageCount, ...]
    stuck: tuple[StuckJob, ...]
    last_hour: LastHour


@dataclass(frozen=True, slots=True)
class Lookout:
    """Sees the whole system.

    Raises, from every method: `DatabaseError`, `QueueError`.
    """

    engine: Engine
    queue: JobQueue
    dead_letters: JobQueue | None
    upload_events: JobQueue | None
    limits: SweepSettings

    def overview(self) -> Overview:
        """Look once."""
        depth = self.queue.depth()
        uploads = queue_facts(self.upload_events.depth()) if self.upload_events else None
        dead_letters = self.dead_letters.depth().total if self.dead_letters else None
        with transaction(self.engine) as rows:
            return Overview(
                at=rows.execute(select(func.now())).scalar_one(),
                queue=queue_facts(depth),
                oldest_waiting_s=_oldest_waiting_s(rows),
                upload_events=uploads,
                dead_letters=dead_letters,
                workers=tuple(_workers(rows)),
                jobs=tuple(_by_stage(rows)),
                stuck=stuck_jobs(rows, depth, self.limits),
                last_hour=_last_hour(rows),
            )

    def stuck(self) -> tuple[StuckJob, ...]:
        """The jobs that do not move."""
        depth = self.queue.depth()
        with transaction(self.engine) as rows:
            return stuck_jobs(rows, depth, self.limits)


def queue_facts(depth: Depth) -> QueueFacts:
    """Name the counts for people and programs."""
    return QueueFacts(waiting=depth.visible, in_work=depth.in_flight, delayed=depth.delayed)


def _oldest_waiting_s(rows: Session) -> float | None:
    oldest = select(seconds_since(func.min(Job.updated_at))).where(
        Job.status == Status.PROCESSING, Job.stage == Stage.WAITING
    )
    return rows.scalar(oldest)


def _workers(rows: Session) -> Iterator[WorkerFacts]:
    heard = (
        select(
            Worker.id,
            Worker.code_version.label("version"),
            seconds_since(Worker.started_at).label("up_s"),
            seconds_since(Worker.seen_at).label("silent_s"),
            Worker.job_id,
            Worker.attempt,
            Job.stage,
            Job.percent,
            seconds_since(Job.attempt_started_at).label("busy_s"),
        )
        .outerjoin(Job, and_(Job.id == Worker.job_id, Job.attempt == Worker.attempt))
        .where(Worker.seen_at > from_now(-MISSING_AFTER_S))
        .order_by(Worker.id)
    )
    for row in rows.execute(heard):
        yield WorkerFacts.model_validate(row, from_attributes=True)


def _by_stage(rows: Session) -> Iterator[StageCount]:
    counted = select(Job.status, Job.stage, func.count().label("count"))
    order = list(Stage)
    for row in sorted(
        rows.execute(counted.group_by(Job.status, Job.stage)),
        key=lambda row: order.index(Stage(row.stage)),
    ):
        yield StageCount.model_validate(row, from_attributes=True)


def _last_hour(rows: Session) -> LastHour:
    lately = Job.completed_at > from_now(-LATELY_S)
    counted = select(Job.status, func.count()).where(lately).group_by(Job.status)
    counts = dict(rows.execute(counted).all())
    return LastHour(completed=counts.get(Status.COMPLETED, 0), failed=counts.get(Status.FAILED, 0))
