"""429: an owner is over a limit."""

import pytest

from tests.builders import a_session


def test_too_many_requests_a_minute(deploy, sign_in):
    client = deploy(MAX_REQUESTS_PER_MINUTE="2")
    answers = [client.get("/sessions") for _ in range(5)]  # a minute may end in between
    refused = next(answer for answer in answers if answer.status != 200)
    assert (refused.status, refused.code) == (429, "RATE_LIMIT_EXCEEDED")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.json["user_action"] == "wait"
    assert client.signed_in_with(sign_in.token("coach-3")).get("/sessions").status == 200
    assert client.get("/health").status == 200


@pytest.mark.parametrize(
    ("limit", "code"),
    [
        ({"MAX_OPEN_JOBS": "1"}, "TOO_MANY_ACTIVE_JOBS"),
        ({"MAX_UPLOADS_PER_DAY": "1"}, "RATE_LIMIT_EXCEEDED"),
    ],
    ids=["open", "day"],
)
def test_too_many_jobs(deploy, engine, limit, code):
    client = deploy(**limit)
    body = {"session_id": str(a_session(engine)), "content_type": "video/mp4"}
    assert client.post("/videos/upload/initiate", body).status == 201
    refused = client.post("/videos/upload/initiate", body)
    assert (refused.status, refused.code) == (429, code)
    assert int(refused.headers["retry-after"]) > 0
    assert len(client.get("/analysis-jobs").json["items"]) == 1
