"""Requests that do not fit the contract: what is said, and that nothing happened."""

from base64 import urlsafe_b64encode

import pytest

from api_lambda.complaints import MAX_COMPLAINTS
from tests.builders import MISSING, a_session
from tests.contract.gateway import REQUEST_ID

INITIATE = "/videos/upload/initiate"
COMPLETE = "/videos/upload/complete"


def _cursor(time: str) -> str:
    return urlsafe_b64encode(f"{time} {MISSING}".encode()).decode()


BAD_SESSIONS = [
    # fields, code, pointer
    ({}, "INVALID_REQUEST", "#/title"),
    ({"title": ""}, "INVALID_REQUEST", "#/title"),
    ({"title": " \t "}, "INVALID_REQUEST", "#/title"),
    ({"title": "x" * 201}, "INVALID_REQUEST", "#/title"),
    ({"title": "a\0b"}, "INVALID_REQUEST", "#/title"),
    ({"title": 7}, "INVALID_REQUEST", "#/title"),
    ({"title": "t", "notes": "x" * 4001}, "INVALID_REQUEST", "#/notes"),
    ({"title": "t", "notes": "\0"}, "INVALID_REQUEST", "#/notes"),
    ({"title": "t", "player_ids": ["p"] * 51}, "INVALID_REQUEST", "#/player_ids"),
    ({"title": "t", "player_ids": ["p", "x" * 129]}, "INVALID_REQUEST", "#/player_ids/1"),
    ({"title": "t", "player_ids": [""]}, "INVALID_REQUEST", "#/player_ids/0"),
    ({"title": "t", "player_ids": ["a\0"]}, "INVALID_REQUEST", "#/player_ids/0"),
    ({"title": "t", "colour": "red"}, "INVALID_REQUEST", "#/colour"),
    ({"title": "t", "a/b~c": 1}, "INVALID_REQUEST", "#/a~1b~0c"),
    ({"title": "t", "movement": "curling"}, "INVALID_CONFIG", "#/movement"),
    ({"title": "t", "handedness": "both"}, "INVALID_CONFIG", "#/handedness"),
    ({"title": "t", "camera_view": "drone"}, "INVALID_CONFIG", "#/camera_view"),
    ({"title": "t", "exercise": "yoga"}, "INVALID_CONFIG", "#/exercise"),
    ({"title": "t", "age_band": "old"}, "INVALID_CONFIG", "#/age_band"),
    (
        {"title": "t", "subject_hint": {"x": 0.4, "y": 0.1, "width": 0, "height": 0.5}},
        "INVALID_CONFIG",
        "#/subject_hint/width",
    ),
    ({"title": "t", "athlete_height_cm": 10}, "INVALID_CONFIG", "#/athlete_height_cm"),
    ({"title": "t", "slow_motion_factor": 0.5}, "INVALID_CONFIG", "#/slow_motion_factor"),
    ({"title": "", "movement": "curling"}, "INVALID_REQUEST", "#/movement"),
]

BAD_UPLOADS = [
    # fields, status, code, pointer
    ({"session_id": "no-id"}, 422, "INVALID_REQUEST", "#/session_id"),
    ({"session_id": MISSING}, 404, "SESSION_NOT_FOUND", None),
    ({"filename": ""}, 400, "MISSING_FILENAME", None),
    ({"filename": "  "}, 400, "MISSING_FILENAME", None),
    ({"filename": "x" * 256}, 422, "INVALID_REQUEST", "#/filename"),
    ({"filename": "a\0.mp4"}, 422, "INVALID_REQUEST", "#/filename"),
    ({"content_type": "image/png"}, 400, "INVALID_FORMAT", None),
    ({"content_type": "video"}, 422, "INVALID_REQUEST", "#/content_type"),
    ({"content_type": "video/mp4\r\nx: y"}, 422, "INVALID_REQUEST", "#/content_type"),
    ({"content_type": "video/mp4\n"}, 422, "INVALID_REQUEST", "#/content_type"),
    ({"size_bytes": 0}, 422, "INVALID_REQUEST", "#/size_bytes"),
    ({"size_bytes": -1}, 422, "INVALID_REQUEST", "#/size_bytes"),
    ({"size_bytes": 10**12}, 400, "FILE_TOO_LARGE", None),
    ({"size_bytes": 10**30}, 400, "FILE_TOO_LARGE", None),
    ({"checksum_sha256": "abc"}, 422, "INVALID_REQUEST", "#/checksum_sha256"),
    ({"checksum_sha256": "A" * 43 + "\n"}, 422, "INVALID_REQUEST", "#/checksum_sha256"),
    ({"sample_fps": -1}, 422, "INVALID_CONFIG", "#/sample_fps"),
    ({"sample_fps": 1000}, 422, "INVALID_CONFIG", "#/sample_fps"),
    ({"sample_fps": "fast"}, 422, "INVALID_CONFIG", "#/sample_fps"),
    ({"frames": True}, 422, "INVALID_REQUEST", "#/frames"),
]

BAD_BODIES = [
    "{",
    "",
    "null",
    "[]",
    "7",
    '{"title": "\\ud800"}',
    '{"title": "t", "\\ud800": 1}',
    "[" * 20_000,
    '{"title": "t", "athlete_height_cm": ' + "9" * 5000 + "}",
    b'{"title": "\xff"}',
]

BAD_QUERIES = [
    ({"limit": 0}, "?limit"),
    ({"limit": 101}, "?limit"),
    ({"limit": "many"}, "?limit"),
    ({"cursor": "nonsense"}, "?cursor"),
    ({"cursor": "é"}, "?cursor"),
    ({"cursor": "bm8gY3Vyc29y"}, "?cursor"),
    ({"cursor": _cursor("2026-11-20T16:04:05")}, "?cursor"),  # no zone
    ({"cursor": _cursor("yesterday")}, "?cursor"),
    ({"colour": "red"}, "?colour"),
]


@pytest.mark.parametrize(("fields", "code", "pointer"), BAD_SESSIONS)
def test_a_session_that_does_not_fit_is_refused(client, fields, code, pointer):
    answer = client.post("/sessions", fields)
    assert (answer.status, answer.code) == (422, code)
    assert pointer in [error["pointer"] for error in answer.json["errors"]]
    assert answer.json["user_action"] == "fix_request"
    assert client.get("/sessions").json["items"] == []


@pytest.mark.parametrize(("fields", "status", "code", "pointer"), BAD_UPLOADS)
def test_an_upload_that_does_not_fit_is_refused(client, engine, fields, status, code, pointer):
    answer = client.post(INITIATE, {"session_id": str(a_session(engine)), **fields})
    assert (answer.status, answer.code) == (status, code)
    assert [error["pointer"] for error in answer.json["errors"]] == ([pointer] if pointer else [])
    assert answer.json["user_action"] == "fix_request"
    assert not answer.json["retryable"]
    assert client.get("/analysis-jobs").json["items"] == []


def test_the_declared_type_is_named(client, engine):
    fields = {"session_id": str(a_session(engine)), "content_type": "image/png"}
    answer = client.post(INITIATE, fields)
    assert answer.json["detail"] == "File must be a video. Detected MIME type: image/png"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"job_id": MISSING}, 404, "JOB_NOT_FOUND"),
        ({"job_id": "no-id"}, 422, "INVALID_REQUEST"),
        ({}, 422, "INVALID_REQUEST"),
        ({"job_id": MISSING, "parts": []}, 422, "INVALID_REQUEST"),
    ],
)
def test_a_completion_that_does_not_fit_is_refused(client, body, status, code):
    answer = client.post(COMPLETE, body)
    assert (answer.status, answer.code) == (status, code)


@pytest.mark.parametrize("body", BAD_BODIES, ids=lambda body: repr(body)[:20])
def test_a_body_that_is_no_fitting_json_is_refused(client, body):
    answer = client.post("/sessions", body)
    assert answer.status == 422
    assert answer.code in {"INVALID_REQUEST", "INVALID_CONFIG"}
    assert client.get("/sessions").json["items"] == []


def test_a_body_full_of_unknown_fields_gets_a_short_answer(client):
    answer = client.post("/sessions", {f"f{number}": 1 for number in range(4000)})
    assert answer.code == "INVALID_REQUEST"
    assert len(answer.json["errors"]) == MAX_COMPLAINTS


def test_a_body_of_another_type_is_refused(client):
    answer = client.post("/sessions", '{"title": "t"}', headers={"content-type": "text/plain"})
    assert answer.code == "INVALID_REQUEST"


def test_values_are_not_echoed(client):
    answer = client.post("/sessions", {"title": "t", "movement": "<script>", "handedness": "me"})
    assert "<script>" not in answer.body


@pytest.mark.parametrize("path", ["/sessions", "/analysis-jobs"])
@pytest.mark.parametrize(("query", "pointer"), BAD_QUERIES)
def test_a_query_that_does_not_fit_is_refused(client, path, query, pointer):
    answer = client.get(path, query=query)
    assert (answer.status, answer.code) == (422, "INVALID_REQUEST")
    assert [error["pointer"] for error in answer.json["errors"]] == [pointer]


@pytest.mark.parametrize("query", [{"status": "lost"}, {"session_id": "no-id"}])
def test_a_filter_that_does_not_exist_is_refused(client, query):
    assert client.get("/analysis-jobs", query=query).code == "INVALID_REQUEST"


@pytest.mark.parametrize("path", ["/nothing", "/sessions/", "/analysis-jobs/a/b", ""])
def test_an_unknown_route_is_a_problem_too(client, path):
    answer = client.get(path)
    assert (answer.status, answer.code) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("DELETE", "/health", "GET"), ("PUT", f"/sessions/{MISSING}", "DELETE, GET, PATCH")],
    ids=["one", "several"],
)
def test_another_method_is_refused(client, method, path, allowed):
    answer = client.send(method, path)
    assert (answer.status, answer.code) == (405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == allowed


def test_a_large_body_is_refused(client):
    answer = client.post("/sessions", {"title": "t", "notes": "x" * 70_000})
    assert (answer.status, answer.code) == (413, "REQUEST_TOO_LARGE")
    assert client.get("/sessions").json["items"] == []


def test_every_field_of_a_problem_is_there(client):
    assert client.get("/nothing").json == {
        "type": "/problems/not-found",
        "title": "Not found",
        "status": 404,
        "detail": "There is nothing at this address.",
        "instance": "/api/coaches/plus/nothing",
        "code": "NOT_FOUND",
        "retryable": False,
        "user_action": "fix_request",
        "request_id": REQUEST_ID,
        "errors": [],
    }


def test_good_answers_carry_the_request_id_too(client):
    assert client.get("/health").headers["x-request-id"] == REQUEST_ID
