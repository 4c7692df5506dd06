"""A part behind the API is gone: what the coach sees, and that trying again works."""

import pytest

from shared.aws import sqs_client
from shared.queue.job_queue import JobQueue
from tests.builders import MISSING, a_session
from tests.contract.documents import a_completed_job

NOBODY = "http://127.0.0.1:1"

NEEDS_THE_DATABASE = [
    ("POST", "/sessions", {"title": "t"}),
    ("GET", "/sessions", None),
    ("GET", f"/sessions/{MISSING}", None),
    ("POST", "/videos/upload/initiate", {"session_id": MISSING}),
    ("POST", "/videos/upload/complete", {"job_id": MISSING}),
    ("GET", "/analysis-jobs", None),
    ("GET", f"/analysis-jobs/{MISSING}", None),
    ("GET", f"/analysis-jobs/{MISSING}/status", None),
    ("GET", f"/analysis-jobs/{MISSING}/results", None),
    ("GET", f"/analysis-jobs/{MISSING}/frames", None),
    ("POST", f"/analysis-jobs/{MISSING}/cancel", None),
    ("POST", f"/analysis-jobs/{MISSING}/retry", None),
]


def _assert_passing(answer, status, code, detail):
    assert (answer.status, answer.code) == (status, code)
    assert answer.json["detail"] == detail
    assert answer.json["user_action"] == "wait"
    assert answer.json["retryable"]
    assert int(answer.headers["retry-after"]) > 0


@pytest.fixture
def uploaded(client, engine, media) -> str:
    """A job whose video lies in S3, not completed yet."""
    upload = client.post("/videos/upload/initiate", {"session_id": str(a_session(engine))}).json
    media._client.put_object(Bucket=media.bucket, Key=upload["s3_key"], Body=b"video")
    return str(upload["job_id"])


@pytest.mark.parametrize(("method", "path", "body"), NEEDS_THE_DATABASE)
def test_without_the_database(deploy, method, path, body):
    client = deploy(DATABASE_URL="postgresql+psycopg://coach@127.0.0.1:1/coach")
    answer = client.send(method, path, body=body)
    _assert_passing(answer, 503, "DATABASE_ERROR", "The database is not available")


def test_without_s3_an_upload_cannot_be_checked_and_stays_queued(deploy, client, uploaded):
    cut_off = deploy(AWS_ENDPOINT_URL_S3=NOBODY)
    answer = cut_off.post("/videos/upload/complete", {"job_id": uploaded})
    _assert_passing(answer, 502, "STORAGE_ERROR", "Storage access error")
    assert client.get(f"/analysis-jobs/{uploaded}").json["status"] == "queued"


@pytest.mark.parametrize("route", ["", "/results"])
def test_without_the_bucket_frames_cannot_be_read(deploy, engine, media, route):
    job = a_completed_job(engine, media)
    without_bucket = deploy(S3_BUCKET="was-deleted")
    answer = without_bucket.get(f"/analysis-jobs/{job}{route}")
    _assert_passing(answer, 502, "STORAGE_ERROR", "Storage access error")


def test_without_the_queue_the_row_is_safe_and_a_retry_sends(client, uploaded, queue_settings):
    sqs, url = sqs_client(queue_settings), queue_settings.sqs_queue_url
    sqs.delete_queue(QueueUrl=url)
    answer = client.post("/videos/upload/complete", {"job_id": uploaded})
    _assert_passing(answer, 502, "QUEUE_ERROR", "Queue access error")
    job = client.get(f"/analysis-jobs/{uploaded}").json
    assert (job["status"], job["progress"]["stage"]) == ("processing", "waiting")

    sqs.create_queue(QueueName=url.rsplit("/", 1)[-1])
    retried = client.post("/videos/upload/complete", {"job_id": uploaded})
    assert retried.status == 202
    received = JobQueue(sqs, url).receive(wait_s=1, visibility_s=10)
    assert received is not None
    assert received.message_id == retried.json["sqs_message_id"]


def test_without_the_sign_in_service_nobody_is_called_a_stranger(deploy, environment, monkeypatch):
    monkeypatch.delenv("JWKS", raising=False)
    environment.pop("JWKS")
    client = deploy(JWKS_URL=f"{NOBODY}/jwks.json")
    answer = client.get("/sessions")
    _assert_passing(answer, 503, "SIGN_IN_UNAVAILABLE", "Sign-in cannot be checked right now")
