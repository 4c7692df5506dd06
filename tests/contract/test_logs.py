"""What is written down about a request, and what must never be."""

import json

import pytest

from tests.builders import a_session
from tests.contract.documents import a_completed_job
from tests.contract.gateway import REQUEST_ID


@pytest.fixture
def logged(client):
    """The lines that were written, as they come out of the function."""

    def lines():
        return [json.loads(line) for line in client.log.getvalue().splitlines()]

    return lines


def _access(lines):
    return [line for line in lines if line.get("event") == "request"]


def test_one_line_a_request_names_the_route_and_not_the_id(client, logged, engine):
    session = a_session(engine)
    client.get(f"/sessions/{session}")
    (line,) = _access(logged())
    assert line["method"] == "GET"
    assert line["route"].endswith("/sessions/{session_id}")
    assert line["session_id"] == str(session)
    assert line["status"] == 200
    assert line["ms"] > 0
    assert line["request_id"] == REQUEST_ID
    assert line["xray_trace_id"] == "1-6745a1b2-0123456789abcdef01234567"
    assert line["lambda_request_id"] == "lambda-1"


def test_latency_is_a_metric(client, logged):
    client.get("/health")
    (metric,) = [line for line in logged() if "_aws" in line]
    assert metric["RequestLatency"] > 0
    assert metric["Service"] == "api"


def test_a_refusal_says_why_in_the_log_only(client, logged, sign_in):
    answer = client.signed_in_with(sign_in.token(aud="elsewhere")).get("/sessions")
    (line,) = _access(logged())
    assert line["code"] == "UNAUTHENTICATED"
    assert line["cause"] == "InvalidAudienceError"
    assert "udience" not in answer.body


def test_a_video_can_be_followed_by_its_ids(client, logged, engine, queue):
    body = {"session_id": str(a_session(engine))}
    job_id = client.post("/videos/upload/initiate", body).json["job_id"]
    (line,) = [line for line in logged() if line.get("event") == "upload_announced"]
    assert line["job_id"] == job_id
    assert line["request_id"] == REQUEST_ID
    assert line["trace_id"]


def test_no_token_name_or_link_is_logged(client, logged, engine, media):
    notes = "Knee surgery in May"
    client.post("/sessions", {"title": "Nets with Ada", "notes": notes, "player_ids": ["ada-l"]})
    client.post("/sessions", {"title": "Nets with Ada", "notes": notes, "colour": "red"})
    upload = {"session_id": str(a_session(engine)), "filename": "ada.mp4"}
    url = client.post("/videos/upload/initiate", upload).json["presigned_url"]
    client.get(f"/analysis-jobs/{a_completed_job(engine, media)}/results")
    client.get(f"/analysis-jobs/{a_completed_job(engine, media)}/frames")
    client.get("/sessions", query={"cursor": "Ada"})
    client.get("/players/Ada")
    written = json.dumps(logged())
    for secret in (client.token, "coach-1", "Ada", "ada", notes, url, "X-Amz-Signature"):
        assert secret not in written


def test_an_unexpected_error_is_logged_and_not_told(client, logged, monkeypatch):
    class Broken:
        def page(self, *_: object, **__: object) -> None:
            message = "the password is swordfish"
            raise RuntimeError(message)

    services = client.handler.app.state.services
    client.handler.app.state.services = type(services)(
        **{name: getattr(services, name) for name in services.__slots__} | {"sessions": Broken()}
    )
    answer = client.get("/sessions")
    client.handler.app.state.services = services
    assert (answer.status, answer.code) == (500, "INTERNAL_ERROR")
    assert answer.json["user_action"] == "contact_support"
    assert answer.json["request_id"] == REQUEST_ID
    assert "swordfish" not in answer.body
    (broke,) = [line for line in logged() if line.get("event") == "request_broke"]
    assert "swordfish" in broke["exception"]
    assert broke["request_id"] == REQUEST_ID
