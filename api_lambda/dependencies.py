"""The one wiring place: from settings to everything the routes need."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Engine, text

from api_lambda.auth import TokenVerifier
from api_lambda.signing_keys import signing_keys
from shared.aws import s3_client, sqs_client
from shared.database import connect, transaction
from shared.job_queue import JobQueue
from shared.job_store import JobStore
from shared.media_store import MediaStore
from shared.session_store import SessionStore
from shared.settings import (
    AuthSettings,
    DatabaseSettings,
    QueueSettings,
    RuntimeSettings,
    StorageSettings,
    UploadSettings,
)
from shared.telemetry import Metrics
from shared.uploads import Uploads

SERVICE = "api"


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
    metrics: Metrics
    checks: Mapping[str, Callable[[], None]]
    download_url_expires_s: int


def from_environment() -> Services:
    """Build everything from environment variables; reaches out to nothing yet."""
    auth = AuthSettings()
    limits = UploadSettings()
    engine = connect(DatabaseSettings())
    storage, queueing = StorageSettings(), QueueSettings()
    sessions, jobs = SessionStore(engine), JobStore(engine)
    media = MediaStore(s3_client(storage), storage.s3_bucket)
    queue = JobQueue(sqs_client(queueing), queueing.sqs_queue_url)
    return Services(
        verifier=TokenVerifier(
            signing_keys(auth), issuer=auth.jwt_issuer, audience=auth.jwt_audience
        ),
        sessions=sessions,
        jobs=jobs,
        media=media,
        uploads=Uploads(sessions, jobs, media, queue, limits),
        metrics=Metrics(service=SERVICE, stage=RuntimeSettings().stage),
        checks={
            "database": lambda: _ask(engine),
            "bucket": media.check,
            "queue": queue.check,
        },
        download_url_expires_s=limits.download_url_expires_s,
    )


def _ask(engine: Engine) -> None:
    with transaction(engine) as rows:
        rows.execute(text("SELECT 1"))
