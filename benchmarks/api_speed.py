"""Requests a second and their times, beside a bare FastAPI route on the same kind of server.

One uvicorn process each, on PostgreSQL and an emulator of S3 and SQS; no worker, so that nothing
else works at the same time. At one client the time is that of the way through the API; at sixteen
the process is the limit, and times are mostly waiting for it.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import Engine

from api_lambda.examples.results import RESULTS
from benchmarks.figure import Figure
from benchmarks.load import Answered, Load, http_request, put_load
from local.aws_environment import aws_environment
from local.child_environment import child_environment
from local.emulator import Resources, aws_emulator, create_resources
from local.identity import SUBJECT, DevIdentity
from local.postgres import postgres
from local.processes import child, free_port, listens
from shared import migrations
from shared.analysis import AnalysisSettings
from shared.attempt_store import Claimed
from shared.aws import s3_client, sqs_client
from shared.database import connect
from shared.job_store import JobStore
from shared.media.store import MediaStore
from shared.models import VideoAnalysisJob
from shared.queue.job_queue import JobQueue
from shared.session_store import SessionStore
from shared.settings import (
    API_BASE_PATH,
    DatabaseSettings,
    LimitSettings,
    RuntimeSettings,
    Settings,
    UploadSettings,
)
from shared.uploads.videos import NewUpload, Uploads

CLIENTS = (1, 16)
REQUESTS = 800
FEWER = 160
"""Of those that the emulator of S3 and SQS takes part in, which is slower than they are."""

WARM_UP = 50
VIDEO_BYTES = 8

STATUS_BUDGET = 3.0
INITIATE_BUDGET_MS = 15
BUDGETS: Mapping[tuple[str, int], tuple[str, Callable[[Figure], bool]]] = {
    **{
        ("status", clients): (
            f"≤ {STATUS_BUDGET:g} ×",
            lambda figure: (figure.ratio or 0) <= STATUS_BUDGET,
        )
        for clients in CLIENTS
    },
    ("initiate", 1): (
        f"≤ {INITIATE_BUDGET_MS} ms",
        lambda figure: figure.value <= INITIATE_BUDGET_MS,
    ),
}
"""For the p50 of a kind of request at so many clients."""

_COUNTED_BUT_NEVER_REACHED = LimitSettings(
    max_requests_per_minute=10**9, max_uploads_per_day=10**9, max_open_jobs=10**9
)

_REPOSITORY = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class _System:
    """What is measured: the ports of both servers, and who may ask."""

    port: int
    bare_port: int
    token: str
    engine: Engine
    made: Resources

    def get(self, path: str) -> str:
        return http_request("GET", f"{API_BASE_PATH}{path}", token=self.token)

    def post(self, path: str, body: str) -> str:
        url = f"{API_BASE_PATH}{path}"
        return http_request("POST", url, token=self.token, body=body.encode())


@dataclass(frozen=True, slots=True)
class _Asked:
    """One kind of request; `once` where each may be sent a single time."""

    name: str
    requests: list[str]
    total: int = REQUESTS
    once: bool = False

    def share(self, number: int) -> list[str]:
        """What is sent in one of the rounds."""
        return self.requests[number :: len(CLIENTS)] if self.once else self.requests


def run() -> list[Figure]:
    """Initiate, complete, status and results at one client and at sixteen."""
    with _system() as system:
        session_id = _a_session(system.engine)
        job = f"/analysis-jobs/{_done(system, session_id)}"
        asked = [
            _Asked("status", [system.get(f"{job}/status")]),
            _Asked("results", [system.get(f"{job}/results")]),
            _Asked("initiate", [_initiate(system, session_id)]),
            _Asked("complete", _completes(system, session_id), FEWER, once=True),
        ]
        return [
            figure
            for number, clients in enumerate(CLIENTS)
            for one in asked
            for figure in _compare(system, one, clients, one.share(number))
        ]


def _compare(system: _System, asked: _Asked, clients: int, requests: list[str]) -> Iterator[Figure]:
    """Ask the product between two rounds with the bare route, which sees the same noise."""
    bare = [http_request("GET", "/small/some-job", token=system.token)]
    if not asked.once:
        _ask(system.port, requests, 1, WARM_UP)
    before = _ask(system.bare_port, bare, clients, REQUESTS // 2)
    answered = _ask(system.port, requests, clients, asked.total)
    after = _ask(system.bare_port, bare, clients, REQUESTS // 2)
    yield from _figures(asked.name, clients, answered, _both(before, after))


def _figures(name: str, clients: int, ours: Answered, bare: Answered) -> Iterator[Figure]:
    where = f"{name}, {clients} client{'s' * (clients > 1)}"
    budget = BUDGETS.get((name, clients), ("", lambda _: True))
    peer = "beside a bare route"
    yield Figure(
        f"{where}: p50, {peer}", ours.percentile_ms(50), "ms", bare.percentile_ms(50), *budget
    )
    yield Figure(f"{where}: p99, {peer}", ours.percentile_ms(99), "ms", bare.percentile_ms(99))
    yield Figure(f"{where}: requests, {peer}", ours.per_second, "/s", bare.per_second)


def _ask(port: int, requests: Sequence[str], clients: int, total: int) -> Answered:
    return put_load(
        Load(port=port, requests=list(requests), clients=clients, each=total // clients)
    )


def _both(before: Answered, after: Answered) -> Answered:
    return Answered(ms=before.ms + after.ms, wall_s=before.wall_s + after.wall_s)


def _a_session(engine: Engine) -> UUID:
    store = SessionStore(engine)
    nobody = AnalysisSettings()
    return store.create(SUBJECT, title="bench", player_ids=[], notes="", settings=nobody).id


def _done(system: _System, session_id: UUID) -> UUID:
    """A completed job."""
    jobs = JobStore(system.engine)
    job = _announced(system, session_id)
    jobs.uploaded(job.id, source_bytes=VIDEO_BYTES, source_etag="bench")
    claimed = jobs.claim(job.id, worker="bench", lease_s=60)
    assert isinstance(claimed, Claimed)  # noqa: S101 - nobody else is there
    jobs.finish(claimed.lease, results=RESULTS, results_prefix=f"results/{job.id}/1/")
    return job.id


def _initiate(system: _System, session_id: UUID) -> str:
    body = f'{{"session_id":"{session_id}","content_type":"video/mp4","size_bytes":1000000}}'
    return system.post("/videos/upload/initiate", body)


def _completes(system: _System, session_id: UUID) -> list[str]:
    """One for each of many videos that have arrived."""
    storage = system.made.storage
    s3 = s3_client(storage)
    completes = []
    for _ in range(FEWER * len(CLIENTS)):
        job = _announced(system, session_id)
        s3.put_object(Bucket=storage.s3_bucket, Key=job.s3_key, Body=bytes(VIDEO_BYTES))
        completes.append(system.post("/videos/upload/complete", f'{{"job_id":"{job.id}"}}'))
    return completes


def _announced(system: _System, session_id: UUID) -> VideoAnalysisJob:
    made = system.made
    uploads = Uploads.on(
        system.engine,
        MediaStore(s3_client(made.storage), made.storage.s3_bucket),
        JobQueue(sqs_client(made.queue), made.queue.sqs_queue_url),
        UploadSettings(),
        _COUNTED_BUT_NEVER_REACHED,
    )
    return uploads.initiate(SUBJECT, NewUpload(session_id, {}, include_frames=False))[0]


@contextmanager
def _system() -> Iterator[_System]:
    """The API without a worker, and the bare one."""
    with ExitStack() as parts:
        folder = Path(parts.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        endpoint = parts.enter_context(aws_emulator(log=folder / "emulator.log"))
        os.environ.update(aws_environment(endpoint))  # this process makes the jobs
        url = parts.enter_context(postgres(folder))
        database = DatabaseSettings(database_url=SecretStr(url))
        engine = connect(database)
        parts.callback(engine.dispose)
        migrations.upgrade(engine)
        made = create_resources(endpoint)
        identity = DevIdentity.open()
        knows: tuple[Settings, ...] = (
            RuntimeSettings(),
            database,
            made.storage,
            made.queue,
            UploadSettings(),
            identity.auth_settings(),
            _COUNTED_BUT_NEVER_REACHED,
        )
        environment = child_environment(endpoint, *knows)
        port, bare_port = (
            parts.enter_context(_server(module, folder, environment))
            for module in ("local.api", "benchmarks.bare_api")
        )
        yield _System(port, bare_port, identity.token(), engine, made)


@contextmanager
def _server(module: str, logs: Path, environment: Mapping[str, str]) -> Iterator[int]:
    port = free_port()
    command = [sys.executable, "-m", module, str(port)]
    log = logs / f"{module}.log"
    with child(module, command, log=log, env=environment, cwd=_REPOSITORY) as server:
        server.wait_until(lambda: listens(port))
        yield port
