"""Where workers are tried: the rows, the bucket and the queues, as seen by those who watch."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, func, select

from shared.aws import s3_client, sqs_client
from shared.database import connect, transaction
from shared.job_store import JobStore
from shared.jobs import FINAL
from shared.media.store import MediaStore
from shared.models import VideoAnalysisJob as Job
from shared.queue.job_queue import JobQueue
from tests.rig.workers import Workplace


@dataclass(frozen=True, slots=True)
class Count:
    """How many jobs there are."""

    open: int
    final: int


@dataclass(frozen=True, slots=True)
class Ground:
    """One workplace and everything in it; `folder` holds logs and the workers' scratch."""

    place: Workplace
    folder: Path
    engine: Engine
    jobs: JobStore
    media: MediaStore
    queue: JobQueue
    dead_letters: JobQueue

    @classmethod
    def at(cls, place: Workplace, folder: Path) -> "Ground":
        """Connect to a workplace whose database is migrated."""
        made = place.resources
        engine, sqs = connect(place.database), sqs_client(made.queue)
        return cls(
            place=place,
            folder=folder,
            engine=engine,
            jobs=JobStore(engine),
            media=MediaStore(s3_client(made.storage), made.storage.s3_bucket),
            queue=JobQueue(sqs, made.queue.sqs_queue_url),
            dead_letters=JobQueue(sqs, str(made.queue.sqs_dead_letter_queue_url)),
        )

    @property
    def scratch(self) -> Path:
        """The folder that all workers share for their private ones."""
        return self.folder / "scratch"

    def count(self) -> Count:
        """How many jobs are open and final now."""
        final = func.count().filter(Job.status.in_(FINAL))
        with transaction(self.engine) as rows:
            every, done = rows.execute(select(func.count(), final).select_from(Job)).one()
        return Count(open=every - done, final=done)
