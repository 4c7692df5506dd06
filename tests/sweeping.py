"""A sweeper over real parts."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from uuid import UUID

from sqlalchemy import Engine, update

from shared.attempt_store import Claimed
from shared.database import transaction
from shared.erasure.deletions import Erasure
from shared.erasure.store import ErasureStore
from shared.job_store import JobStore
from shared.jobs import MAX_ATTEMPTS
from shared.media.store import MediaStore
from shared.models import VideoAnalysisJob
from shared.queue.dispatch import Dispatcher
from shared.queue.job_queue import JobQueue
from shared.settings import SweepSettings, UploadSettings
from shared.sweep.rows import SweepStore
from shared.sweep.sweeper import Sweeper
from shared.telemetry import Metrics
from shared.uploads.videos import Uploads
from shared.worker_store import WorkerStore
from tests.builders import a_claimed_job

AT_FIRST_SIGHT = SweepSettings(sweep_sure_s=0)
"""As in production, but one look at a dead lease is enough."""


def a_sweeper(
    engine: Engine,
    media: MediaStore,
    queue: JobQueue,
    dead_letters: JobQueue | None = None,
    *,
    settings: SweepSettings = AT_FIRST_SIGHT,
    limits: UploadSettings | None = None,
    stream: StringIO | None = None,
) -> Sweeper:
    """A sweeper whose metrics go to `stream`."""
    jobs = JobStore(engine)
    return Sweeper(
        store=SweepStore(engine),
        uploads=Uploads.on(engine, media, queue, limits or UploadSettings()),
        dispatcher=Dispatcher(jobs, queue),
        media=media,
        erasure=Erasure(ErasureStore(engine), media),
        workers=WorkerStore(engine),
        dead_letters=dead_letters,
        settings=settings,
        metrics=Metrics(service="test", stage="test", stream=stream or StringIO()),
    )


def set_row(engine: Engine, job_id: UUID, **values: object) -> None:
    """Change a job's row in ways that only time does."""
    with transaction(engine) as rows:
        rows.execute(update(VideoAnalysisJob).where(VideoAnalysisJob.id == job_id).values(**values))


def used_up_job(engine: Engine, *, lease_over_for: timedelta = timedelta(days=1)) -> UUID:
    """Its last allowed worker vanished, and the one that was to take over from it."""
    lease = a_claimed_job(engine, lease_s=-1).lease
    for _ in range(MAX_ATTEMPTS):
        claimed = JobStore(engine).claim(lease.job_id, worker="w", lease_s=-1)
        assert isinstance(claimed, Claimed)
    set_row(engine, lease.job_id, lease_until=datetime.now(UTC) - lease_over_for)
    return lease.job_id


def messages_in(queue: JobQueue) -> list[str]:
    """The ids of the jobs whose messages can be received, and puts them back."""
    received = [
        message for _ in range(5) for message in queue.receive_some(10, wait_s=0, visibility_s=30)
    ]
    for message in received:
        queue.extend(message, visibility_s=0)
    return sorted(json.loads(message.body)["job_id"] for message in received)


def where(jobs: JobStore, job_id: UUID) -> tuple[str, str, str | None]:
    """Status, stage and error of a job."""
    job = jobs.get(job_id)
    return job.status, job.stage, job.error_code
