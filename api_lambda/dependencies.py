"""The one wiring place: from settings to everything the routes and the other entries need."""

from dataclasses import dataclass
from functools import cache

from sqlalchemy import Engine

from api_lambda.answers.links import Links
from api_lambda.callers import SignIn
from api_lambda.gateway_claims import GatewayClaims
from api_lambda.readiness import Readiness
from shared.aws import lambda_client, s3_client, sqs_client
from shared.database import connect
from shared.derived import Derived
from shared.erasure.deletions import Erasure
from shared.erasure.store import ErasureStore
from shared.job_store import JobStore
from shared.limits import RequestCounter
from shared.media.store import MediaStore
from shared.operations.overview import Lookout
from shared.players.consent import ConsentAnew
from shared.players.record import PlayerRecord
from shared.players.store import PlayerStore
from shared.players.trend_store import TrendStore
from shared.queue.job_queue import JobQueue
from shared.renditions.screening import Screening
from shared.renditions.store import RenditionStore
from shared.requests.kept_answers import KeptAnswers
from shared.retries import Retries
from shared.session_store import SessionStore
from shared.settings import (
    AuthSettings,
    DatabaseSettings,
    LimitSettings,
    QueueSettings,
    RuntimeSettings,
    StorageSettings,
    SweepSettings,
    UploadSettings,
    WebhookSettings,
)
from shared.stills.uploads import StillUploads
from shared.sweep.rows import SweepStore
from shared.sweep.sweeper import Sweeper
from shared.telemetry import Metrics, configure_logging
from shared.uploads.events import UploadEvents
from shared.uploads.videos import Uploads
from shared.webhooks.addresses import AddressGuard
from shared.webhooks.courier import Courier
from shared.webhooks.direct import DirectPost
from shared.webhooks.outbox import Outbox
from shared.webhooks.post import Post
from shared.webhooks.registry import WebhookRegistry
from shared.webhooks.sender import Sender
from shared.worker_store import WorkerStore

SERVICE = "api"
BACKSTAGE = "backstage"


@dataclass(frozen=True, slots=True)
class Services:
    """What the routes work with, built once a process."""

    sign_in: SignIn
    requests: RequestCounter
    kept_answers: KeptAnswers
    sessions: SessionStore
    players: PlayerStore
    player_record: PlayerRecord
    trends: TrendStore
    erasure: Erasure
    jobs: JobStore
    media: MediaStore
    uploads: Uploads
    stills: StillUploads
    retries: Retries
    derived: Derived
    screening: Screening
    webhooks: WebhookRegistry
    metrics: Metrics
    readiness: Readiness
    lookout: Lookout
    links: Links


def from_environment() -> Services:
    """Build everything from environment variables; reaches out to nothing yet."""
    limits, allowed = UploadSettings(), LimitSettings()
    engine = connect(DatabaseSettings())
    uploads = _uploads(engine, limits, allowed)
    players = PlayerStore(engine)
    renditions = RenditionStore(engine)
    return Services(
        sign_in=_sign_in(AuthSettings()),
        requests=RequestCounter(engine, allowed),
        kept_answers=KeptAnswers(engine),
        sessions=uploads.sessions,
        players=players,
        player_record=PlayerRecord(engine),
        trends=TrendStore(engine, players),
        erasure=Erasure(ErasureStore(engine), uploads.media),
        jobs=uploads.jobs,
        media=uploads.media,
        uploads=uploads,
        stills=_stills(uploads),
        retries=Retries(uploads.dispatcher, ConsentAnew.on(engine)),
        derived=Derived.beside(uploads, renditions),
        screening=Screening(uploads.jobs, renditions, uploads.media),
        webhooks=WebhookRegistry(engine, _guard()),
        metrics=Metrics(service=SERVICE, stage=RuntimeSettings().stage),
        readiness=Readiness(
            {
                "database": uploads.jobs.check,
                "bucket": uploads.media.check,
                "queue": uploads.dispatcher.queue.check,
            }
        ),
        lookout=_lookout(engine, uploads.dispatcher.queue),
        links=Links(uploads.media, limits.download_url_expires_s),
    )


def _sign_in(auth: AuthSettings) -> SignIn:
    issuer, audience = auth.jwt_issuer, auth.jwt_audience
    if auth.jwt_verified_by_gateway:
        return GatewayClaims(issuer=issuer, audience=audience)
    # 60 ms, for which nobody waits where no token is checked
    from api_lambda.auth import BearerTokens, TokenVerifier  # noqa: PLC0415
    from api_lambda.signing_keys import signing_keys  # noqa: PLC0415

    return BearerTokens(TokenVerifier(signing_keys(auth), issuer=issuer, audience=audience))


@dataclass(frozen=True, slots=True)
class Backstage:
    """What works without a coach: sweeper, webhooks, and S3's word that a video arrived."""

    sweeper: Sweeper
    upload_events: UploadEvents
    webhooks: Sender


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
        dispatcher=uploads.dispatcher,
        media=uploads.media,
        erasure=Erasure(ErasureStore(engine), uploads.media),
        workers=WorkerStore(engine),
        dead_letters=_dead_letters(QueueSettings()),
        settings=SweepSettings(),
        metrics=Metrics(service=BACKSTAGE, stage=runtime.stage),
    )
    webhooks = WebhookSettings()
    sender = Sender(
        outbox=Outbox(engine),
        guard=_guard(),
        post=_post(webhooks),
        metrics=Metrics(service=BACKSTAGE, stage=runtime.stage),
        parallel=webhooks.webhook_parallel,
    )
    return Backstage(sweeper, UploadEvents(uploads), sender)


def _guard() -> AddressGuard:
    return AddressGuard(allow_private=WebhookSettings().webhook_allow_private)


def _post(settings: WebhookSettings) -> Post:
    """Who posts webhooks: in a network without a way out, a function outside of it."""
    if settings.webhook_courier_function is None:
        return DirectPost()
    return Courier(lambda_client(settings), settings.webhook_courier_function)


def _uploads(
    engine: Engine, limits: UploadSettings, allowed: LimitSettings | None = None
) -> Uploads:
    storage, queueing = StorageSettings(), QueueSettings()
    media = MediaStore(s3_client(storage), storage.s3_bucket)
    queue = JobQueue(sqs_client(queueing), queueing.sqs_queue_url)
    return Uploads.on(engine, media, queue, limits, allowed)


def _stills(videos: Uploads) -> StillUploads:
    """Pictures go where videos go, under the same limits and to the same workers."""
    return StillUploads(
        sessions=videos.sessions,
        jobs=videos.jobs,
        media=videos.media,
        dispatcher=videos.dispatcher,
        consent=videos.consent,
        limits=videos.limits,
    )


def _lookout(engine: Engine, queue: JobQueue) -> Lookout:
    settings = QueueSettings()
    return Lookout(
        engine=engine,
        queue=queue,
        dead_letters=_dead_letters(settings),
        upload_events=_queue(settings, settings.sqs_upload_events_queue_url),
        limits=SweepSettings(),
    )


def _dead_letters(settings: QueueSettings) -> JobQueue | None:
    return _queue(settings, settings.sqs_dead_letter_queue_url)


def _queue(settings: QueueSettings, url: str | None) -> JobQueue | None:
    return JobQueue(sqs_client(settings), url) if url else None
