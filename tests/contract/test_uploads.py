from base64 import b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.builders import a_session

VIDEO = b"0123456789"
CHECKSUM = b64encode(sha256(VIDEO).digest()).decode()


@pytest.fixture
def session(engine) -> str:
    return str(a_session(engine, movement="cricket_batting", sample_fps=30))


def _initiate(client, session, **fields):
    answer = client.post("/videos/upload/initiate", {"session_id": session, **fields})
    assert answer.status == 201, answer
    return answer.json


def _put(upload, content=VIDEO) -> int:
    url, headers = upload["presigned_url"], upload["headers"]
    return httpx.put(url, headers=headers, content=content).status_code


def _complete(client, upload):
    return client.post("/videos/upload/complete", {"job_id": upload["job_id"]})


def _status(client, upload) -> str:
    return str(client.get(f"/analysis-jobs/{upload['job_id']}/status").json["status"])


def test_what_was_announced_is_signed_into_the_url(client, session):
    upload = _initiate(
        client, session, content_type="video/mp4", size_bytes=10, checksum_sha256=CHECKSUM
    )
    query = parse_qs(urlsplit(upload["presigned_url"]).query)
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert set(query["X-Amz-SignedHeaders"][0].split(";")) == {
        "content-length",
        "content-type",
        "host",
        "if-none-match",
        "x-amz-checksum-sha256",
    }
    assert query["X-Amz-Expires"] == [str(upload["expires_in"])]
    assert upload["headers"] == {
        "If-None-Match": "*",
        "Content-Type": "video/mp4",
        "Content-Length": "10",
        "x-amz-checksum-sha256": CHECKSUM,
    }


def test_what_was_not_announced_is_not_signed(client, session):
    upload = _initiate(client, session)
    query = parse_qs(urlsplit(upload["presigned_url"]).query)
    assert query["X-Amz-SignedHeaders"] == ["host;if-none-match"]
    assert upload["headers"] == {"If-None-Match": "*"}


def test_settings_of_the_upload_win_over_those_of_the_session(client, session):
    upload = _initiate(client, session, sample_fps=60, camera_view="side")
    settings = client.get(f"/analysis-jobs/{upload['job_id']}").json["settings"]
    assert settings["sample_fps"] == 60
    assert settings["camera_view"] == "side"
    assert settings["movement"] == "cricket_batting"


def test_settings_not_given_come_from_the_session(client, session):
    upload = _initiate(client, session)
    assert client.get(f"/analysis-jobs/{upload['job_id']}").json["settings"]["sample_fps"] == 30


def test_complete_before_the_upload_changes_nothing(client, session, queue):
    upload = _initiate(client, session)
    answer = _complete(client, upload)
    assert (answer.status, answer.code) == (409, "UPLOAD_MISSING")
    assert answer.json["type"] == "/problems/upload-missing"
    assert answer.json["user_action"] == "fix_request"
    assert _status(client, upload) == "queued"
    assert queue.receive(wait_s=0, visibility_s=1) is None
    assert _put(upload) == 200
    assert _complete(client, upload).status == 202


def test_complete_twice_sends_one_message(client, session, queue):
    upload = _initiate(client, session)
    _put(upload)
    first, second = _complete(client, upload), _complete(client, upload)
    assert (first.status, second.status) == (202, 202)
    assert first.json == second.json
    assert queue.receive(wait_s=0, visibility_s=60) is not None
    assert queue.receive(wait_s=0, visibility_s=60) is None


def test_another_size_than_announced_is_refused(client, session, media, queue):
    """moto lets the PUT through; S3 itself would already refuse it by its signature."""
    upload = _initiate(client, session, size_bytes=11)
    media._client.put_object(Bucket=media.bucket, Key=upload["s3_key"], Body=VIDEO)
    answer = _complete(client, upload)
    assert (answer.status, answer.code) == (409, "UPLOAD_MISMATCH")
    assert _status(client, upload) == "queued"
    assert queue.receive(wait_s=0, visibility_s=1) is None


def test_start_is_when_the_upload_was_completed(client, session):
    upload = _initiate(client, session)
    path = f"/analysis-jobs/{upload['job_id']}"
    assert client.get(path).json["started_at"] is None
    _put(upload)
    _complete(client, upload)
    started_at = datetime.fromisoformat(client.get(path).json["started_at"])
    assert datetime.now(UTC) - started_at < timedelta(minutes=1)


def test_an_owner_with_unusual_characters_gets_a_plain_key(client, sign_in):
    coach = client.signed_in_with(sign_in.token("auth0|Zoë/../7"))
    session = coach.post("/sessions", {"title": "Nets"}).json["session_id"]
    upload = _initiate(coach, session)
    assert ".." not in upload["s3_key"]
    assert upload["s3_key"].isascii()
