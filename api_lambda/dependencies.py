"""The one wiring place: from settings to everything the routes and the other entries need."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Engine

from api_lambda.auth import TokenVerifier
from api_lambda.signing_keys import signing_keys
from shared.aws import s3_client, sqs_client
from shared.database import connect
from shared.dispatch import Dispatcher
from shared.job_queue import JobQueue
from shared.job_store import JobStore
from shared.media_store import MediaStore
from shared.retries import Retries
from shared.session_store import SessionStore
from shared.settings import (
    AuthSettings,
    DatabaseSettings,
    QueueSettings,
    RuntimeSettings,
    StorageSettings,
    SweepSettings,
    UploadSettings,
)
from shared.sweep.rows import SweepStore
from shared.sweep.sweeper import Sweeper
from shared.telemetry import Metrics, configure_logging
from shared.upload_events import UploadEvents
from shared.uploads import Uploads
from shared.worker_store import WorkerStore

SERVICE = "api"
BACKSTAGE = "backstage"


@dataclass(frozen=True, slots=True)
class Services:
    """What the routes work with, built once a process.

    `checks` are what `/health/ready` asks: each returns, or raises a `DependencyError`.
    """

    verifier: TokenVerifier
    sessions: SessionStore
    jobs: JobStore
    media: MediaStore
    uploads: Uploads
    retries: Retries
    metrics: Metrics
    checks: Mapping[str, Callable[[], None]]
    download_url_expires_s: int


def from_environment() -> Services:
    """Build everything from environment variables; reaches out to nothing yet."""
    auth = AuthSettings()
    limits = UploadSettings()
    engine = connect(DatabaseSettings())
    uploads = _uploads(engine, limits)
    return Services(
        verifier=TokenVerifier(
            signing_keys(auth), issuer=auth.jwt_issuer, audience=auth.jwt_audience
        ),
        sessions=uploads.sessions,
        jobs=uploads.jobs,
        media=uploads.media,
        uploads=uploads,
        retries=Retries(Dispatcher(uploads.jobs, uploads.queue)),
        metrics=Metrics(service=SERVICE, stage=RuntimeSettings().stage),
        checks={
            "database": uploads.jobs.check,
            "bucket": uploads.media.check,
            "queue": uploads.queue.check,
        },
        download_url_expires_s=limits.download_url_expires_s,
    )


@dataclass(frozen=True, slots=True)
class Backstage:
    """What works without a coach: the sweeper, and S3's word that a video arrived."""

    sweeper: Sweeper
    upload_events: UploadEvents


@cache
def backstage() -> Backstage:
    """Build it from environment variables when it is first needed; warm calls find it here."""
    runtime = RuntimeSettings()
    configure_logging(service=BACKSTAGE, stage=runtime.stage, level=runtime.log_level)
    engine = connect(DatabaseSettings())
    uploads = _uploads(engine, UploadSettings())
    sweeper = Sweeper(
        store=SweepStore(engine),
        uploads=uploads,
        dispatcher=Dispatcher(uploads.jobs, uploads.queue),
        media=uploads.media,
        workers=WorkerStore(engine),
        dead_letters=_dead_letters(QueueSettings()),
        settings=SweepSettings(),
        metrics=Metrics(service=BACKSTAGE, stage=runtime.stage),
    )
    return Backstage(sweeper, UploadEvents(uploads))


def _uploads(engine: Engine, limits: UploadSettings) -> Uploads:
    storage, queueing = StorageSettings(), QueueSettings()
    media = MediaStore(s3_client(storage), storage.s3_bucket)
    queue = JobQueue(sqs_client(queueing), queueing.sqs_queue_url)
    return Uploads(SessionStore(engine), JobStore(engine), media, queue, limits)


def _dead_letters(settings: QueueSettings) -> JobQueue | None:
    url = settings.sqs_dead_letter_queue_url
    return JobQueue(sqs_client(settings), url) if url else None
