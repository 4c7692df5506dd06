"""What each process really asks of AWS on its ways, beside the rights that its role has.

All of it runs with the database's rights of a deployment, too: as the app's role.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from api_lambda.dependencies import backstage
from api_lambda.scheduled import sweep, upload_events
from cli.operate.inside import answer
from infra import rights
from local.child_environment import variables
from shared.analysis import AnalysisSettings
from shared.erasure.store import ErasureStore
from shared.errors import NotAnalysable, ProcessingFailed
from shared.files import POSE_NAME, RESULTS_NAME, VIDEO_INPUT
from shared.job_store import JobStore
from shared.jobs import JobKind
from shared.media.store import (
    MediaStore,
    all_results_prefix,
    results_prefix,
    stills_prefix,
    upload_key,
)
from shared.models import VideoAnalysisJob
from shared.queue.dispatch import Dispatcher, message_for
from shared.settings import RuntimeSettings, UploadSettings
from shared.uploads.videos import NewUpload, Uploads
from tests.builders import COACH, a_session, a_waiting_job
from tests.contract.conftest import deploy, environment, sign_in  # noqa: F401 - fixtures
from tests.contract.documents import a_completed_job, results_document
from tests.contract.forms import form
from tests.fakes import instant_worker
from tests.files.pictures import picture
from tests.infra.aws_calls import recorded
from tests.rig.logging_as_before import logging_as_before
from tests.rig.rds import rds
from tests.sweeping import set_row
from worker_service.__main__ import assemble
from worker_service.shutdown import Shutdown

LONG_AGO = datetime.now(UTC) - timedelta(days=30)
CLIP = b"clip"

BY_LAMBDA = {
    ("sqs:DeleteMessage", "upload_events"),
    ("sqs:GetQueueAttributes", "upload_events"),
    ("sqs:ReceiveMessage", "upload_events"),
}
"""Lambda takes the events out of their queue in the function's name."""

BY_A_BROKEN_TRANSFER = {("s3:AbortMultipartUpload", "results/")}
"""s3transfer gives up what it has begun of a large file."""


def given(process: rights.Rights) -> set[tuple[str, str]]:
    places = {
        "bucket": process.bucket,
        "jobs": process.jobs,
        "dead_letters": process.dead_letters,
        "upload_events": process.upload_events,
        **process.objects,
    }
    return {(action, place) for place, actions in places.items() for action in actions}


@pytest.fixture(scope="module")
def database(databases):
    with databases.own() as url, rds(url) as made:
        made.migrate()
        yield made


@pytest.fixture
def database_settings(database):
    return database.as_app()


@pytest.fixture
def recorder(queue_settings):
    queues = {
        queue_settings.sqs_queue_url: "jobs",
        queue_settings.sqs_dead_letter_queue_url: "dead_letters",
        queue_settings.sqs_upload_events_queue_url: "upload_events",
    }
    with recorded(queues) as recorder:
        yield recorder


@pytest.fixture
def client(recorder, deploy, queue_settings):  # noqa: F811 - a fixture
    """The coach's app; its API knows all queues."""
    return deploy(
        SQS_DEAD_LETTER_QUEUE_URL=queue_settings.sqs_dead_letter_queue_url,
        SQS_UPLOAD_EVENTS_QUEUE_URL=queue_settings.sqs_upload_events_queue_url,
    )


@pytest.fixture
def as_deployed(database_settings, resources, aws_endpoint, monkeypatch):
    """The environment of a process beside the API."""
    made = (RuntimeSettings(stage="test"), database_settings, resources.storage, resources.queue)
    for name, value in variables(aws_endpoint, *made).items():
        monkeypatch.setenv(name, value)
    with logging_as_before():
        yield


@pytest.fixture
def running_backstage(as_deployed, monkeypatch):
    for name in ("SWEEP_UNSENT_S", "SWEEP_UPLOAD_GRACE_S"):
        monkeypatch.setenv(name, "0")
    backstage.cache_clear()
    yield
    backstage().sweeper.store._engine.dispose()
    backstage.cache_clear()


@pytest.fixture
def uploads(engine, media, queue):
    return Uploads.on(engine, media, queue, UploadSettings())


def a_video_in_parts(uploads, engine):
    """Every part has arrived, and nobody has said so."""
    upload = NewUpload(
        session_id=a_session(engine),
        overrides={},
        include_frames=True,
        size_bytes=len(CLIP),
        multipart=True,
    )
    job, place = uploads.initiate_in_parts(COACH, upload)
    assert httpx.put(place.parts[0].url, content=CLIP).status_code == 200
    return job


def strewn(engine, media, kind: JobKind) -> UUID:
    """A job with a file, and parts of one that never came to be, wherever it may have some."""
    session, job_id = a_session(engine), uuid4()
    sent, settings = upload_key(COACH, session, job_id), AnalysisSettings().model_dump(mode="json")
    if kind is JobKind.IMAGES:
        sent, settings = stills_prefix(COACH, job_id), {}
    JobStore(engine).create(
        VideoAnalysisJob(
            id=job_id,
            owner=COACH,
            session_id=session,
            kind=kind,
            trace_id="trace",
            may_show=["p-1"],
            settings=settings,
            include_frames=False,
            s3_key=sent,
            upload_expires_at=LONG_AGO,
        )
    )
    for key in (f"{sent}x", f"{results_prefix(job_id, 1)}x"):
        media.put(key, b"x", content_type="x/y")
        media.begin_multipart(f"{key}-in-parts")
    return job_id


def test_the_api_uses_its_rights_and_no_others(recorder, client, sign_in, engine, media):  # noqa: F811 - as above
    analysis = a_completed_job(engine, media)
    for key in ("uploads/x/source", f"{results_prefix(analysis, 1)}{POSE_NAME}"):
        media.put(key, b"x", content_type="x/y")
    deleted = [strewn(engine, media, kind) for kind in (JobKind.VIDEO, JobKind.IMAGES)]
    session = str(a_session(engine))
    video = {"session_id": session, "size_bytes": len(CLIP)}
    body, headers = form([("stance.jpg", picture())], session_id=session)
    operator = client.signed_in_with(sign_in.token(scope="operator"))

    with recorder.listening():
        answers = [
            client.get("/health/ready"),
            operator.get("/monitoring/dashboard"),
            one := client.post("/videos/upload/initiate", video),
            parts := client.post("/videos/upload/initiate", {**video, "multipart": True}),
            client.get(f"/videos/upload/{parts.json['job_id']}"),
            pictures := client.post("/images/upload", body, headers=headers),
            client.post("/images/analyze", {"upload_id": pictures.json["upload_id"]}),
            client.get(f"/analysis-jobs/{analysis}/results"),
            client.get(f"/analysis-jobs/{analysis}/visualization"),
            client.post(f"/analysis-jobs/{analysis}/reanalyze", {}),
            client.get("/players/p-1/export"),
        ]
    sent = httpx.put(one.json["presigned_url"], headers=one.json["headers"], content=CLIP)
    arrived = httpx.put(parts.json["upload"]["parts"][0]["url"], content=CLIP)
    assert (sent.status_code, arrived.status_code) == (200, 200)
    with recorder.listening():
        answers += [
            client.post("/videos/upload/complete", {"job_id": upload.json["job_id"]})
            for upload in (one, parts)
        ]
        answers += [client.send("DELETE", f"/analysis-jobs/{job_id}") for job_id in deleted]

    assert [answer for answer in answers if answer.status >= 300] == []
    assert recorder.taken == given(rights.API)


def test_the_sweeper_uses_its_rights_and_no_others(
    recorder, running_backstage, uploads, engine, media, dead_letters
):
    overdue = a_video_in_parts(uploads, engine)
    set_row(engine, overdue.id, upload_expires_at=LONG_AGO)
    for kind in (JobKind.VIDEO, JobKind.IMAGES):
        ErasureStore(engine).delete_job(COACH, strewn(engine, media, kind))
    lost = JobStore(engine).get(a_waiting_job(engine))
    JobStore(engine).sent(lost.id, dead_letters.send(message_for(lost)))
    unknown = message_for(lost).model_copy(update={"job_id": uuid4()})
    dead_letters.send(unknown)

    with recorder.listening():
        swept = sweep({}, None)

    assert (swept["uploads_completed"], swept["erased"], swept["letters_resent"]) == (1, 2, 1)
    assert recorder.taken == given(rights.SWEEPER)


def test_an_operator_uses_these_rights_and_no_others(recorder, as_deployed, engine, dead_letters):
    lost = JobStore(engine).get(a_waiting_job(engine))
    JobStore(engine).sent(lost.id, dead_letters.send(message_for(lost)))

    with recorder.listening():
        ends = [
            answer({"arguments": words.split()}, None)["exit"]
            for words in (
                "status",
                "doctor",
                "dlq list",
                "dlq redrive --all",
                "dlq purge --all --yes",
            )
        ]

    assert ends == [0, 1, 0, 0, 0]  # the doctor misses the workers
    assert recorder.taken == given(rights.OPERATOR)


def test_upload_events_use_their_rights_and_no_others(recorder, running_backstage, uploads, engine):
    job = a_video_in_parts(uploads, engine)
    body = json.dumps({"Records": [{"s3": {"object": {"key": job.s3_key}}}]})

    with recorder.listening():
        again = upload_events({"Records": [{"messageId": "1", "body": body}]}, None)

    assert again == {"batchItemFailures": []}
    assert JobStore(engine).get(job.id).status == "processing"
    assert recorder.taken == given(rights.UPLOAD_EVENTS) - BY_LAMBDA


@dataclass
class Analyst:
    """Does one of `deeds` after the other."""

    deeds: list[Callable[..., None]]
    device: str | None = None

    def start(self) -> None: ...

    def analyse(self, order, *, on_progress, check) -> None:
        self.deeds.pop(0)(order, check)

    def close(self) -> None: ...


def test_a_worker_uses_its_rights_and_no_others(
    recorder, as_deployed, monkeypatch, request, engine, media: MediaStore, queue, tmp_path
):
    for name, value in {
        "ANSWER": "none",
        "RETRY_BASE_S": "0",
        "RECEIVE_WAIT_S": "1",
        "WORKER_TMP": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)
    shutdown = Shutdown(grace_s=0)

    def breaks(order, check):
        raise ProcessingFailed

    def sees_nobody(order, check):
        raise NotAnalysable

    def finishes(order, check):
        document = json.dumps(results_document(None))
        Path(order.folder / RESULTS_NAME).write_text(document, encoding="utf-8")

    def is_stopped(order, check):
        shutdown.request()
        check()

    deeds = [breaks, finishes, sees_nobody, sees_nobody, is_stopped]
    parts = replace(instant_worker.parts(), analyst=Analyst(deeds))
    request.addfinalizer(parts.jobs._engine.dispose)
    consumer = assemble(parts, shutdown)
    jobs = JobStore(engine)

    def see_through(**inputs: str) -> UUID:
        job_id = a_waiting_job(engine)
        for key in inputs.values():
            media.put(key, b"x" * 10, content_type="x/y")
        set_row(engine, job_id, inputs=inputs)
        Dispatcher(jobs, queue).send(jobs.get(job_id))
        with recorder.listening():
            consumer.take_one()
        return job_id

    of = uuid4()
    analysed = see_through(source=f"uploads/{of}/source")
    with recorder.listening():
        consumer.take_one()
    see_through(**{VIDEO_INPUT: f"uploads/{of}/2", POSE_NAME: f"results/{of}/1/{POSE_NAME}"})
    see_through(**{"000.jpg": f"stills/{of}/000.jpg"})
    cancelled = jobs.get(a_waiting_job(engine))
    media.put(f"{all_results_prefix(cancelled.id)}0/late", b"x", content_type="x/y")
    Dispatcher(jobs, queue).send(cancelled)
    jobs.cancel(cancelled.id, owner=COACH)
    with recorder.listening():
        consumer.take_one()
    stopped = see_through(source=f"uploads/{of}/3")

    assert deeds == []
    assert jobs.get(analysed).status == "completed"
    assert media.keys(all_results_prefix(cancelled.id)) == []
    assert jobs.get(stopped).stage == "waiting"
    assert recorder.taken == given(rights.WORKER) - BY_A_BROKEN_TRANSFER
