"""A clip in one form: one call instead of three."""

from uuid import UUID

import pytest

from api_lambda.body_limit import MAX_DIRECT_BYTES
from shared.job_store import JobStore
from shared.jobs import JobKind
from tests.builders import MISSING, a_session
from tests.contract.forms import form

CLIP = b"\0\0\0\x18ftypisom" + bytes(88)
"""Wrapped like a video, which is all that is looked at before the worker does."""


def _send(client, fields, *, file=("clip.mp4", CLIP)):
    """Send a form; through API Gateway its body comes in base64."""
    body, headers = form([] if file is None else [file], field="file", **fields)
    return client.post("/videos/upload", body, headers=headers)


@pytest.fixture
def session(engine) -> str:
    return str(a_session(engine, movement="cricket_batting"))


def test_a_clip_is_on_its_way_to_a_worker_after_one_call(client, session, engine, media, queue):
    answer = _send(client, {"session_id": session})
    assert answer.status == 202, answer
    assert answer.json["status"] == "processing"
    job = JobStore(engine).get(UUID(answer.json["job_id"]))
    assert (job.kind, job.filename, job.content_type) == (JobKind.VIDEO, "clip.mp4", "video/mp4")
    assert (job.declared_bytes, job.source_bytes) == (len(CLIP), len(CLIP))
    assert job.player_id == "p-1"
    assert media.read(job.s3_key) == CLIP
    stored = media._client.head_object(Bucket=media.bucket, Key=job.s3_key)
    assert stored["ContentType"] == "video/mp4"
    received = queue.receive(wait_s=1, visibility_s=30)
    assert received.message_id == answer.json["sqs_message_id"]


def test_settings_come_as_fields(client, session):
    fields = {
        "session_id": session,
        "include_frames": "false",
        "sample_fps": "30",
        "subject_hint": '{"x": 0.1, "y": 0.2, "width": 0.3, "height": 0.4}',
    }
    job = _send(client, fields).json["job_id"]
    made = client.get(f"/analysis-jobs/{job}").json
    assert made["include_frames"] is False
    assert made["settings"]["sample_fps"] == 30
    assert made["settings"]["movement"] == "cricket_batting"
    assert made["settings"]["exercise"] is None
    assert made["settings"]["subject_hint"]["width"] == 0.3


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("exercise", ""),
        ("player_id", ""),
        ("session_id", "null"),
        ("sample_fps", "fast"),
        ("sample_fps", "true"),
        ("include_frames", "yes"),
        ("athlete_height_cm", "null"),
    ],
)
def test_a_field_that_says_nothing_or_nonsense_is_refused(client, session, field, text):
    answer = _send(client, {"session_id": session} | {field: text})
    assert answer.status == 422
    assert [error["pointer"] for error in answer.json["errors"]] == [f"#/{field}"]


def test_the_type_is_seen_from_the_content_and_not_from_the_name(client, session):
    mov = b"\0\0\0\x14ftypqt  " + bytes(20)
    answer = _send(client, {"session_id": session}, file=("clip.txt", mov))
    job = client.get(f"/analysis-jobs/{answer.json['job_id']}").json
    assert job["content_type"] == "video/quicktime"


REFUSED = {
    "a picture": ({}, ("a.mp4", b"\xff\xd8\xff\xe0\0\x10JFIF\0"), 400, "INVALID_FORMAT"),
    "nothing in it": ({}, ("a.mp4", b""), 400, "INVALID_FORMAT"),
    "no name": ({}, (" ", CLIP), 400, "MISSING_FILENAME"),
    "text instead of a file": ({"file": "clip"}, None, 400, "MISSING_FILENAME"),
    "too large": ({}, ("a.mp4", CLIP + bytes(MAX_DIRECT_BYTES)), 400, "FILE_TOO_LARGE"),
    "far too large": ({}, ("a.mp4", bytes(MAX_DIRECT_BYTES + 70_000)), 400, "FILE_TOO_LARGE"),
    "no session": ({"session_id": MISSING}, ("a.mp4", CLIP), 404, "SESSION_NOT_FOUND"),
    "no such player": ({"player_id": "p-9"}, ("a.mp4", CLIP), 404, "PLAYER_NOT_FOUND"),
    "an unknown field": ({"colour": "red"}, ("a.mp4", CLIP), 422, "INVALID_REQUEST"),
    "a bad setting": ({"movement": "chess"}, ("a.mp4", CLIP), 422, "INVALID_CONFIG"),
    "a broken hint": ({"subject_hint": "{"}, ("a.mp4", CLIP), 422, "INVALID_CONFIG"),
    "a bad hint": ({"subject_hint": "{}"}, ("a.mp4", CLIP), 422, "INVALID_CONFIG"),
}


@pytest.mark.parametrize(("fields", "file", "status", "code"), REFUSED.values(), ids=REFUSED)
def test_a_form_that_does_not_fit_changes_nothing(
    client, session, media, fields, file, status, code
):
    answer = _send(client, {"session_id": session} | fields, file=file)
    assert (answer.status, answer.code) == (status, code)
    assert answer.json["user_action"] == "fix_request"
    assert client.get("/analysis-jobs").json["items"] == []
    assert media.keys("") == []


def test_a_picture_is_named_and_a_large_clip_is_sent_elsewhere(client, session):
    picture = ("a.mp4", b"\xff\xd8\xff\xe0\0\x10JFIF\0")
    detail = _send(client, {"session_id": session}, file=picture).json["detail"]
    assert detail == "File must be a video. Detected MIME type: image/jpeg"
    large = ("a.mp4", bytes(MAX_DIRECT_BYTES + 70_000))
    detail = _send(client, {"session_id": session}, file=large).json["detail"]
    assert "initiateUpload" in detail


@pytest.mark.parametrize(
    "content_type", ["multipart/form-data", "multipart/form-data; boundary=x", "application/json"]
)
def test_a_body_that_is_no_form_is_refused(client, content_type):
    answer = client.post("/videos/upload", b"garbage", headers={"content-type": content_type})
    assert answer.status in {400, 422}
    assert answer.code in {"INVALID_REQUEST", "MISSING_FILENAME"}


def test_a_long_name_is_shortened(client, session):
    answer = _send(client, {"session_id": session}, file=("x" * 300 + ".mp4", CLIP))
    assert len(client.get(f"/analysis-jobs/{answer.json['job_id']}").json["filename"]) == 255


def test_while_the_bucket_is_away_the_job_is_cancelled(deploy, session):
    client = deploy(S3_BUCKET="no-such-bucket")
    answer = _send(client, {"session_id": session})
    assert (answer.status, answer.code) == (502, "STORAGE_ERROR")
    (job,) = client.get("/analysis-jobs").json["items"]
    assert job["status"] == "cancelled"


def test_while_the_queue_is_away_the_clip_is_taken_all_the_same(deploy, environment, session):
    """The sweeper sends the message; the app has no id yet by which it could try again."""
    client = deploy(SQS_QUEUE_URL=environment["SQS_QUEUE_URL"] + "-gone")
    answer = _send(client, {"session_id": session})
    assert (answer.status, answer.json["sqs_message_id"]) == (202, None)
    assert answer.json["status"] == "processing"
