"""The template of production, deployed into an emulator, and our processes on what it made.

ministack is the emulator: unlike moto it keeps the bucket's notification, CORS, versions and
policies, and holds presigned URLs and every call against signature and rights. The template's
resources go in as they were synthesised: those that hold and carry videos, functions and tasks with
their roles, and all that these refer to. API and worker get their settings and their rights from
there. Not from there, because it is not in the emulator: the database, and whoever signs in.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from botocore.exceptions import ClientError

from infra.environment import known_settings
from local.child_environment import child_environment
from shared.media.store import RESULTS, UPLOADS
from shared.settings import (
    DEAD_LETTER_RETENTION_S,
    JOB_RETENTION_S,
    MAX_RECEIVE_COUNT,
    RECEIVE_WAIT_S,
    UPLOAD_EVENT_RECEIVE_COUNT,
    UPLOAD_EVENT_VISIBILITY_S,
    VISIBILITY_TIMEOUT_S,
    DatabaseSettings,
)
from tests.builders import COACH
from tests.contract.gateway import Gateway
from tests.files.clips import beginning_of, make_clip
from tests.rig.api_function import api_function
from tests.rig.deployment import Deployment, Process, deploy, part
from tests.rig.ministack import guarded_account
from tests.rig.waiting import wait_for
from tests.rig.workers import WORKER as PROGRAM
from tests.rig.workers import WorkerProcess, Workers

pytestmark = pytest.mark.system

STACK = "coach-plus-prod"

KINDS = (
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
    "AWS::SQS::Queue",
    "AWS::SQS::QueuePolicy",
    "AWS::SNS::Topic",
    "AWS::SNS::TopicPolicy",
    "AWS::IAM::Policy",
    "AWS::Lambda::Function",
    "AWS::ECS::TaskDefinition",
)

SERVICES = (
    "cloudformation", "s3", "sqs", "sns", "iam", "sts", "lambda", "ecs", "logs", "ec2", "rds",
    "cognito-idp",
)  # fmt: skip

API = "api_lambda.handler.handler"
UPLOAD_EVENTS = "api_lambda.scheduled.upload_events"
WORKER = "worker"

CARETAKER = ("-m", "local.caretaker")
"""Polls as Lambda does, and calls the function's entry."""

HABITS = {"RECEIVE_WAIT_S": "1", "STOP_GRACE_S": "1"}
"""So that a test that is over need not wait for them to stop."""

ASKED_EVERY_S = 0.5
"""In production nobody may ask more than 300 times a minute."""

OK, CREATED, ACCEPTED, NO_CONTENT = 200, 201, 202, 204
FORBIDDEN, THERE_ALREADY = 403, 412


@pytest.fixture(scope="module")
def stack(prod, dev, tmp_path_factory) -> Iterator[Deployment]:
    folder = tmp_path_factory.mktemp("account")
    with guarded_account(folder, services=SERVICES) as account:
        template = _with_issuer_spelled_out(part(prod.to_json(), KINDS))
        _let_web_pages_in(template, dev.to_json())
        yield deploy(account, template, name=STACK)


@dataclass(frozen=True)
class Running:
    """A process of the template's, on this machine: a place for `Workers`."""

    stack: Deployment
    process: Process
    database: DatabaseSettings

    def environment(self) -> dict[str, str]:
        """Nothing of ours from outside; the template's settings but for the database's."""
        account = self.stack.account
        surroundings = {
            name: value
            for name, value in child_environment(account.endpoint, self.database).items()
            if name not in known_settings()
        }
        return (
            surroundings
            | dict(self.process.settings)
            | account.environment_of(self.process.role_arn)
            | {
                "DATABASE_URL": self.database.database_url.get_secret_value(),
                "DATABASE_IAM_LOGIN": "false",
                "S3_ADDRESSING_STYLE": "path",
            }
        )


@pytest.fixture
def run(stack, database_settings) -> Callable[[Process], Running]:
    return lambda process: Running(stack, process, database_settings)


@pytest.fixture
def start(run, tmp_path) -> Iterator[Callable[..., WorkerProcess]]:
    """Start a process of the template's as one of this machine's."""
    with ExitStack() as ends:

        def start(
            process: Process, *, program: Sequence[str] = PROGRAM, **settings: object
        ) -> WorkerProcess:
            workers = Workers(run(process), tmp_path / uuid4().hex, habits=HABITS)
            workers.folder.mkdir()
            ends.callback(workers.end)
            started = workers.start(program=program, **settings)
            ends.callback(started.terminate)  # a killed one's last receive would take a message
            return started

        yield start


@pytest.fixture
def start_worker(stack, start, pose_model_path) -> Callable[..., WorkerProcess]:
    here = {"pose_model_path": pose_model_path, "pose_device": "cpu"}
    return lambda **settings: start(stack.container(WORKER), **(here | settings))


@pytest.fixture
def api(stack, run, monkeypatch) -> Iterator[Gateway]:
    """The app of a coach who signed in; the gateway has looked at the token already."""
    process = stack.function(API)
    environment = run(process).environment()
    for name in known_settings():
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with api_function() as function:
        gateway = Gateway(function.handler, function.log, token=None)
        yield gateway.verified(_claims(process.settings))


@pytest.fixture
def app(stack) -> Iterator[httpx.Client]:
    """The app's way to storage."""
    with stack.account.http() as client:
        yield client


@pytest.fixture
def small_clip(tmp_path) -> Path:
    """A second and a half that only the synthetic engine sees a person in."""
    return make_clip(tmp_path / "small.mp4", frames=45)


@pytest.fixture
def real_video(sample_video, tmp_path) -> Path:
    """The sample's first second: a phone's pictures, with real people in them."""
    return beginning_of(sample_video, tmp_path / "real.mp4", until_s=1.0)


@dataclass(frozen=True)
class Place:
    """Where the API lets one video go."""

    job_id: str
    url: str
    headers: Mapping[str, str]


def test_a_real_video_comes_back_as_results(api, app, start_worker, real_video):
    start_worker()
    job_id = _send(api, app, real_video)
    completed = api.post("/videos/upload/complete", {"job_id": job_id})
    assert completed.status == ACCEPTED, completed
    job = _completed(api, job_id)
    assert job["size_bytes"] == real_video.stat().st_size
    results = api.get(f"/analysis-jobs/{job_id}/results").json
    assert results["findings"]["overall_level"]
    assert app.get(results["pose"]["frames_url"]).status_code == OK


def test_an_app_that_dies_after_the_put_gets_its_results(
    stack, api, app, start, start_worker, small_clip
):
    start(stack.function(UPLOAD_EVENTS), program=CARETAKER, sweep_every_s=3600)
    start_worker(pose_engine="synthetic")
    job_id = _send(api, app, small_clip)
    assert _completed(api, job_id)["results"]


def test_a_url_takes_what_was_announced_once_and_over_tls_only(api, app):
    place = _place(api, size_bytes=5)

    def put(content: bytes, **more: str) -> int:
        headers = {**place.headers, "Content-Length": str(len(content)), **more}
        return int(app.put(place.url, headers=headers, content=content).status_code)

    assert put(b"other size") == FORBIDDEN
    # That is how the emulator is told by a proxy that somebody came without.
    assert put(b"video", **{"x-forwarded-proto": "http"}) == FORBIDDEN
    assert put(b"video") == OK
    assert put(b"video") == THERE_ALREADY


def test_a_deleted_video_leaves_no_version_behind(stack, api, app):
    place = _place(api, size_bytes=5)
    assert app.put(place.url, headers=dict(place.headers), content=b"video").is_success
    bucket = stack.outputs["MediaBucket"]
    s3 = stack.account.client("s3")
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"

    def versions() -> list[Any]:
        found = s3.list_object_versions(Bucket=bucket)
        every = (*found.get("Versions", ()), *found.get("DeleteMarkers", ()))
        return [one for one in every if place.job_id in one["Key"]]

    assert len(versions()) == 1
    assert api.send("DELETE", f"/analysis-jobs/{place.job_id}").status == NO_CONTENT
    assert versions() == []


def test_a_web_page_may_ask_whether_it_may_send(stack, app):
    answer = app.options(
        f"{stack.account.endpoint}/{stack.outputs['MediaBucket']}/{UPLOADS}any",
        headers={
            "Origin": "https://app.club.example",
            "Access-Control-Request-Method": "PUT",
            "Access-Control-Request-Headers": "content-type,if-none-match",
        },
    )
    assert answer.status_code == OK
    assert answer.headers["access-control-allow-origin"] in {"*", "https://app.club.example"}
    assert "PUT" in answer.headers["access-control-allow-methods"]


def test_the_apis_rights_end_where_its_work_does(stack):
    role_arn = stack.function(API).role_arn
    s3 = stack.account.client("s3", role_arn=role_arn)
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.put_object(Bucket=stack.outputs["MediaBucket"], Key=f"{RESULTS}x", Body=b"forged")
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_bucket_policy(Bucket=stack.outputs["MediaBucket"])


@pytest.mark.parametrize(
    ("queue", "visibility_s", "receives"),
    [
        ("JobQueueUrl", VISIBILITY_TIMEOUT_S, MAX_RECEIVE_COUNT),
        ("UploadEventsQueueUrl", UPLOAD_EVENT_VISIBILITY_S, UPLOAD_EVENT_RECEIVE_COUNT),
    ],
)
def test_a_queue_that_stands_has_the_codes_own_numbers(stack, queue, visibility_s, receives):
    found = _attributes(stack, stack.outputs[queue])
    assert int(found["VisibilityTimeout"]) == visibility_s
    assert int(found["MessageRetentionPeriod"]) == JOB_RETENTION_S
    assert int(found["ReceiveMessageWaitTimeSeconds"]) == RECEIVE_WAIT_S
    redrive = json.loads(found["RedrivePolicy"])
    assert int(redrive["maxReceiveCount"]) == receives
    aside = _attributes(stack, f"{stack.outputs[queue]}-dead-letters")
    assert redrive["deadLetterTargetArn"] == aside["QueueArn"]
    assert int(aside["MessageRetentionPeriod"]) == DEAD_LETTER_RETENTION_S
    allowed = json.loads(aside["RedriveAllowPolicy"])
    assert allowed["sourceQueueArns"] == [found["QueueArn"]]


def _attributes(stack: Deployment, url: str) -> Mapping[str, str]:
    answer = stack.account.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    found: Mapping[str, str] = answer["Attributes"]
    return found


def _place(api: Gateway, *, size_bytes: int) -> Place:
    session = api.post("/sessions", {"title": "Nets"})
    assert session.status == CREATED, session
    upload = {
        "session_id": session.json["session_id"],
        "filename": "nets.mp4",
        "content_type": "video/mp4",
        "size_bytes": size_bytes,
    }
    place = api.post("/videos/upload/initiate", upload)
    assert place.status == CREATED, place
    return Place(place.json["job_id"], place.json["presigned_url"], place.json["headers"])


def _send(api: Gateway, app: httpx.Client, video: Path) -> str:
    place = _place(api, size_bytes=video.stat().st_size)
    stored = app.put(place.url, headers=dict(place.headers), content=video.read_bytes())
    assert stored.status_code == OK, stored.text
    return place.job_id


def _completed(api: Gateway, job_id: str) -> Mapping[str, Any]:
    def ended() -> Mapping[str, Any] | None:
        job: Mapping[str, Any] = api.get(f"/analysis-jobs/{job_id}").json
        return None if job["status"] in {"queued", "processing"} else job

    job = wait_for(ended, f"the end of job {job_id}", every_s=ASKED_EVERY_S)
    assert job["status"] == "completed", job
    return job


def _with_issuer_spelled_out(node: Any) -> Any:
    """The one thing that the emulator cannot look up: a user pool's address."""
    match node:
        case {"Fn::GetAtt": [pool, "ProviderURL"]}:
            address = "https://cognito-idp.${AWS::Region}.${AWS::URLSuffix}/${" + pool + "}"
            return {"Fn::Sub": address}
        case dict():
            return {key: _with_issuer_spelled_out(value) for key, value in node.items()}
        case list():
            return [_with_issuer_spelled_out(one) for one in node]
        case _:
            return node


def _let_web_pages_in(template: dict[str, Any], other: Mapping[str, Any]) -> None:
    """As production would with web pages of its own: with the rules of a stage that has some."""
    for name, resource in template["Resources"].items():
        if name in other["Resources"] and resource["Type"] == "AWS::S3::Bucket":
            rules = other["Resources"][name]["Properties"].get("CorsConfiguration")
            if rules is not None:
                resource["Properties"]["CorsConfiguration"] = rules


def _claims(settings: Mapping[str, str]) -> Mapping[str, Any]:
    """What API Gateway finds in a token of the user pool's that holds, all of it text."""
    return {
        "sub": COACH,
        "iss": settings["JWT_ISSUER"],
        "client_id": settings["JWT_AUDIENCE"],
        "token_use": "access",
        "exp": str(int(time.time()) + 900),
    }
