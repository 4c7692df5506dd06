"""The phone's walk through the API, against a small HTTP server."""

import base64
import hashlib
import json

import pytest

from cli.api_client import TRIES, ApiClient, Refused, Unavailable
from cli.phone import JobFailed, Phone
from cli.sight import Sight
from cli.storage import UploadFailed
from local.processes import free_port
from tests.fakes.api import JOB_ID, SESSION_ID, UPLOAD_HEADERS, Answer, fake_api, problem, status

STATUS = f"GET /analysis-jobs/{JOB_ID}/status"
CONTENT = b"not really a video" * 50_000


@pytest.fixture
def api():
    with fake_api() as api:
        yield api


@pytest.fixture
def video(tmp_path):
    path = tmp_path / "cover drive.mp4"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def sights():
    return []


@pytest.fixture
def phone(api, pauses, sights):
    with ApiClient(api.url, "a-token", pause=pauses.append) as client:
        yield Phone(client, sights.append)


def test_a_video_goes_the_whole_way(phone, api, video):
    finished = phone.analyse(video, {"movement": "cricket_batting"})
    assert str(finished.job_id) == JOB_ID
    assert finished.results == {"schema_version": 1}
    assert [request.path.partition("?")[0] for request in api.requests] == [
        "/sessions",
        "/videos/upload/initiate",
        "/storage",
        "/videos/upload/complete",
        f"/analysis-jobs/{JOB_ID}/status",
        f"/analysis-jobs/{JOB_ID}/results",
    ]
    (session,) = api.asked("POST /sessions")
    assert json.loads(session.body) == {"title": "cover drive", "movement": "cricket_batting"}


def test_the_video_is_announced_as_it_is(phone, api, video):
    phone.analyse(video, {})
    (initiate,) = api.asked("POST /videos/upload/initiate")
    assert json.loads(initiate.body) == {
        "session_id": SESSION_ID,
        "filename": "cover drive.mp4",
        "content_type": "video/mp4",
        "size_bytes": len(CONTENT),
        "checksum_sha256": base64.b64encode(hashlib.sha256(CONTENT).digest()).decode(),
        "include_frames": False,
    }


def test_the_storage_gets_the_bytes_and_exactly_the_headers_given(phone, api, video):
    phone.analyse(video, {})
    (put,) = api.asked("PUT /storage?signature=secret")
    assert put.body == CONTENT
    assert UPLOAD_HEADERS.items() <= put.headers.items()
    assert put.headers["Content-Length"] == str(len(CONTENT))
    assert "Authorization" not in put.headers
    assert all(
        request.headers["Authorization"] == "Bearer a-token"
        for request in api.requests
        if request is not put
    )


def test_it_looks_again_when_it_is_told_to(phone, api, video, pauses):
    api.will(
        STATUS,
        Answer(200, status("processing", "waiting", 0), {"ETag": "one", "Retry-After": "7"}),
        Answer(304, headers={"ETag": "one", "Retry-After": "3"}),
        Answer(200, status("completed", "done", 100), {"ETag": "two"}),
    )
    phone.analyse(video, {})
    assert pauses == [7, 3]
    assert [request.headers.get("If-None-Match") for request in api.asked(STATUS)] == [
        None,
        "one",
        "one",
    ]


def test_the_coach_sees_upload_and_stages(phone, api, video, sights):
    api.will(
        STATUS,
        Answer(200, status("processing", "pose", 29), {"ETag": "one", "Retry-After": "1"}),
        Answer(200, status("completed", "done", 100), {"ETag": "two"}),
    )
    phone.analyse(video, {})
    assert sights[0] == Sight("Uploading the video", 0)
    assert sights[-3:] == [
        Sight("Uploading the video", 100),
        Sight("Step 1/4: following the athlete", 29, "picture 3 of 10"),
        Sight("Done", 100),
    ]


def test_a_failed_job_says_why_and_what_to_do(phone, api, video):
    error = {"code": "NO_PERSON_FOUND", "message": "Nobody there.", "user_action": "retake"}
    failed = status("failed", "failed", 20, error=error)
    api.will(STATUS, Answer(200, failed, {"ETag": "x"}))
    with pytest.raises(JobFailed) as failure:
        phone.analyse(video, {})
    assert str(failure.value) == (
        "NO_PERSON_FOUND: Nobody there.\nFilm again, or choose another file."
    )
    assert failure.value.exit_code == 2


def test_a_cancelled_job_is_no_success(phone, api, video):
    api.will(STATUS, Answer(200, status("cancelled", "cancelled", 20), {"ETag": "x"}))
    with pytest.raises(JobFailed, match="cancelled"):
        phone.analyse(video, {})


def test_an_outage_while_waiting_is_waited_out(phone, api, video, pauses):
    down = Answer(503, problem("DATABASE_ERROR", "Away.", retryable=True, user_action="wait"))
    api.will(STATUS, down, down, Answer(200, status("completed", "done", 100), {"ETag": "x"}))
    phone.analyse(video, {})
    assert pauses == [1, 2]


def test_a_long_outage_is_told(phone, api, video):
    down = Answer(503, problem("DATABASE_ERROR", "Away.", retryable=True, user_action="wait"))
    api.will(STATUS, down)
    with pytest.raises(Unavailable, match=r"DATABASE_ERROR: Away\. Wait a little"):
        phone.analyse(video, {})
    assert len(api.asked(STATUS)) == TRIES


def test_a_refusal_is_told_at_once(phone, api, video, pauses):
    api.will(
        "POST /sessions",
        Answer(401, problem("UNAUTHENTICATED", "Sign in.", user_action="fix_request")),
    )
    with pytest.raises(Refused, match=r"UNAUTHENTICATED: Sign in\. Correct the request"):
        phone.analyse(video, {})
    assert pauses == []


def test_an_answer_that_is_no_problem_document_is_told_by_its_status(phone, api, video):
    api.will("POST /sessions", Answer(502, "Bad Gateway"))
    with pytest.raises(Refused, match="HTTP 502"):
        phone.analyse(video, {})


def test_a_storage_that_refuses_is_told_without_its_url(phone, api, video):
    api.will("PUT /storage?signature=secret", Answer(403))
    with pytest.raises(UploadFailed, match="HTTP 403") as failure:
        phone.analyse(video, {})
    assert "secret" not in str(failure.value)


def test_an_api_that_is_not_there_is_told(video):
    with (
        ApiClient(f"http://127.0.0.1:{free_port()}", "t") as client,
        pytest.raises(Unavailable, match="cannot be reached"),
    ):
        Phone(client).analyse(video, {})


def test_the_frames_are_fetched_without_our_token(phone, api):
    from uuid import UUID

    assert phone.frames(UUID(JOB_ID)) == b'["frames"]'
    (download,) = api.asked("GET /frames?signed")
    assert "Authorization" not in download.headers


# --- a large video ------------------------------------------------------------------------------

RESUME = f"GET /videos/upload/{JOB_ID}"
PART_BYTES = 400_000


def _place(api, *missing):
    """Three parts, of which storage lacks some."""
    sizes = (PART_BYTES, PART_BYTES, len(CONTENT) - 2 * PART_BYTES)
    parts = [
        {
            "part_number": number,
            "size_bytes": size,
            "url": f"{api.url}/part?number={number}" if number in missing else None,
        }
        for number, size in enumerate(sizes, start=1)
    ]
    upload = {"part_size_bytes": PART_BYTES, "parts": parts}
    return {"job_id": JOB_ID, "presigned_url": None, "headers": None, "upload": upload}


@pytest.fixture
def in_parts(api):
    """The API wants the video in parts."""
    api.will("POST /videos/upload/initiate", Answer(201, _place(api, 1, 2, 3)))
    for number in (1, 2, 3):
        api.will(f"PUT /part?number={number}", Answer(200))


def _parts_sent(api):
    return [request for request in api.requests if request.path.startswith("/part")]


def test_a_large_video_goes_part_by_part(phone, api, video, in_parts, sights):
    phone.analyse(video, {})
    assert b"".join(put.body for put in _parts_sent(api)) == CONTENT
    assert not any("Authorization" in put.headers for put in _parts_sent(api))
    (complete,) = api.asked("POST /videos/upload/complete")
    assert json.loads(complete.body) == {"job_id": JOB_ID}
    percents = [sight.percent for sight in sights if sight.stage == "Uploading the video"]
    assert percents == sorted(percents)
    assert percents[-1] == 100


def test_a_large_upload_that_breaks_off_goes_on_with_what_is_missing(
    phone, api, video, in_parts, pauses
):
    api.will("PUT /part?number=2", Answer(403), Answer(200))  # its URL had expired
    api.will(RESUME, Answer(200, _place(api, 2, 3)))
    phone.analyse(video, {})
    assert [put.path for put in _parts_sent(api)] == [
        "/part?number=1",
        "/part?number=2",
        "/part?number=2",
        "/part?number=3",
    ]
    assert pauses == [1]


def test_a_large_upload_that_keeps_breaking_off_is_told(phone, api, video, in_parts):
    api.will("PUT /part?number=2", Answer(503))
    api.will(RESUME, Answer(200, _place(api, 2, 3)))
    with pytest.raises(UploadFailed, match="HTTP 503"):
        phone.analyse(video, {})
    assert len(api.asked("PUT /part?number=2")) == TRIES


def test_what_arrived_meanwhile_is_not_sent_again(phone, api, video, in_parts):
    """The answer of storage was lost, and S3 told of the video itself."""
    api.will("PUT /part?number=3", Answer(503))
    nothing = {"job_id": JOB_ID, "presigned_url": None, "headers": None, "upload": None}
    api.will(RESUME, Answer(200, nothing))
    phone.analyse(video, {})
    assert len(_parts_sent(api)) == 3
