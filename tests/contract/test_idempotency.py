"""`Idempotency-Key`: what is sent twice runs once."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from sqlalchemy import text

from api_lambda import idempotency
from shared.settings import API_BASE_PATH
from tests.builders import a_job, a_session

KEY = {"Idempotency-Key": "6b0b3d5e-6f0e-4f5c-9d3f-1f1d9a1f7c55"}
NETS = {"title": "Nets"}
INITIATE = "/videos/upload/initiate"


@pytest.fixture
def hasty(monkeypatch):
    """A request that does not wait long for its twin."""
    monkeypatch.setattr(idempotency, "LOOK_FOR_S", 0.2)


def _titles(client) -> list[str]:
    return [session["title"] for session in client.get("/sessions").json["items"]]


def test_the_same_request_is_answered_the_same_and_runs_once(client):
    first = client.post("/sessions", NETS, headers=KEY)
    again = client.post("/sessions", NETS, headers=KEY)
    assert (again.status, again.body) == (201, first.body)
    assert again.headers["content-type"] == "application/json"
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert _titles(client) == ["Nets"]


def test_links_for_every_part_of_the_largest_video_are_given_again(client, engine):
    announced = {"session_id": str(a_session(engine)), "size_bytes": 2_000_000_000}
    first, again = (client.post(INITIATE, announced, headers=KEY) for _ in range(2))
    assert len(first.json["upload"]["parts"]) == 120
    assert (again.status, again.json) == (201, first.json)
    assert len(client.get("/analysis-jobs").json["items"]) == 1


def test_links_for_a_hundred_pictures_are_given_again(client):
    picture = {"content_type": "image/jpeg", "size_bytes": 1000}
    files = [{**picture, "filename": f"{'p' * 200}{number}.jpg"} for number in range(100)]
    first, again = (
        client.post("/images/upload/initiate", {"files": files}, headers=KEY) for _ in range(2)
    )
    assert (again.status, again.json) == (201, first.json)


def test_without_a_key_it_runs_twice(client):
    for _ in range(2):
        assert client.post("/sessions", NETS).status == 201
    assert _titles(client) == ["Nets", "Nets"]


@pytest.mark.parametrize(
    ("body", "query"),
    [({"title": "Match"}, None), (NETS, {"x": "1"})],
    ids=["another body", "another query"],
)
def test_another_request_with_the_key_is_refused(client, body, query):
    client.post("/sessions", NETS, headers=KEY)
    refused = client.post("/sessions", body, query=query, headers=KEY)
    assert (refused.status, refused.code) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert _titles(client) == ["Nets"]


def test_another_address_with_the_key_is_refused(client):
    client.post("/sessions", NETS, headers=KEY)
    assert client.post(INITIATE, NETS, headers=KEY).code == ("IDEMPOTENCY_KEY_REUSED")


def test_a_refusal_is_not_kept(client, engine, media):
    job_id = a_job(engine)
    asked = ("/videos/upload/complete", {"job_id": str(job_id)})
    assert client.post(*asked, headers=KEY).code == "UPLOAD_MISSING"
    with engine.connect() as connection:
        assert not connection.execute(text("SELECT count(*) FROM idempotency_keys")).scalar_one()
    assert client.post("/sessions", NETS, headers=KEY).status == 201


def test_a_strangers_key_is_another_key(client, stranger):
    client.post("/sessions", NETS, headers=KEY)
    theirs = client.post("/sessions", {"title": "Theirs"}, headers=KEY)
    assert theirs.code == "IDEMPOTENCY_KEY_REUSED"
    assert stranger.post("/sessions", {"title": "Theirs"}, headers=KEY).status == 201


@pytest.mark.parametrize("key", ["", "two words", "x" * 256, "schlüssel"], ids=len)
def test_a_malformed_key_is_refused(client, key):
    refused = client.post("/sessions", NETS, headers={"Idempotency-Key": key})
    assert (refused.status, refused.code) == (422, "INVALID_REQUEST")
    assert [error["pointer"] for error in refused.json["errors"]] == ["?Idempotency-Key"]
    assert _titles(client) == []


def test_whoever_is_not_signed_in_leaves_no_trace(client, engine):
    assert client.signed_in_with(None).post("/sessions", NETS, headers=KEY).status == 401
    assert client.signed_in_with("a.b.c").post("/sessions", NETS, headers=KEY).status == 401
    with engine.connect() as connection:
        assert not connection.execute(text("SELECT count(*) FROM idempotency_keys")).scalar_one()


def test_two_at_once_have_one_effect_and_the_same_answer(client):
    async def both() -> list[httpx.Response]:
        transport = httpx.ASGITransport(client.handler.app)
        headers = {"Authorization": f"Bearer {client.token}"} | KEY
        async with httpx.AsyncClient(transport=transport, base_url="http://api") as app:
            url = f"{API_BASE_PATH}/sessions"
            return await asyncio.gather(
                *(app.post(url, json=NETS, headers=headers) for _ in range(4))
            )

    with ThreadPoolExecutor(1) as elsewhere:  # this thread's loop is the Lambda's
        answers = elsewhere.submit(asyncio.run, both()).result(timeout=30)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert sum("idempotent-replayed" in answer.headers for answer in answers) == 3
    assert _titles(client) == ["Nets"]


@pytest.mark.usefixtures("hasty")
def test_a_twin_that_takes_long_is_not_waited_for(client, engine):
    client.post("/sessions", NETS, headers=KEY)
    with engine.begin() as connection:
        connection.execute(text("UPDATE idempotency_keys SET status = NULL, body = NULL"))
    refused = client.post("/sessions", NETS, headers=KEY)
    assert (refused.status, refused.code) == (409, "REQUEST_IN_PROGRESS")
    assert int(refused.headers["retry-after"]) > 0
    with engine.begin() as connection:
        connection.execute(text("UPDATE idempotency_keys SET held_until = now()"))
    assert client.post("/sessions", NETS, headers=KEY).status == 201


@pytest.mark.own_database
def test_an_answer_that_cannot_be_kept_is_given_all_the_same(client, engine):
    with engine.begin() as connection:
        connection.execute(
            text(
                "CREATE FUNCTION away() RETURNS trigger LANGUAGE plpgsql AS"
                " $$ BEGIN RAISE EXCEPTION USING ERRCODE = '57P03'; END $$"
            )
        )
        connection.execute(
            text(
                "CREATE TRIGGER away BEFORE UPDATE ON idempotency_keys"
                " FOR EACH ROW EXECUTE FUNCTION away()"
            )
        )
    assert client.post("/sessions", NETS, headers=KEY).status == 201
    assert '"idempotency_key_left"' in client.log.getvalue()


@pytest.mark.parametrize(
    ("body", "kept"),
    [(b"--a1\r\nsame\r\n--a1--", "a1"), (b"--b2\r\nsame\r\n--b2--", "b2")],
    ids=["a1", "b2"],
)
def test_a_forms_boundary_says_nothing_about_it(body, kept):
    content_type = f"multipart/form-data; boundary={kept}"
    assert idempotency._without_boundary(body, content_type) == b"--\r\nsame\r\n----"
