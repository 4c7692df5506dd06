"""Deletions through the API, their receipts, and everything about a player before it goes."""

import json
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from api_lambda.answers import export
from shared.database import transaction
from shared.job_store import JobStore
from shared.jobs import JobKind
from shared.models import VideoAnalysisJob, Webhook, WebhookDelivery
from tests.builders import a_job, a_session
from tests.contract.documents import a_completed_job
from tests.sweeping import set_row

COUNTS = {"sessions_deleted": 0, "sessions_changed": 0, "consents": 0, "objects": 0}


def delete(client, path):
    """Delete and return the receipt."""
    answer = client.send("DELETE", path)
    assert (answer.status, answer.body) == (204, "")
    return answer.headers["deletion-receipt"]


def owned(engine, media):
    """Ids of the jobs there are, and the keys in the bucket."""
    with transaction(engine) as rows:
        return set(rows.scalars(select(VideoAnalysisJob.id))), media.keys("")


@pytest.fixture
def finished(engine, media):
    """A session of p-1, and a completed job in it."""
    job = a_completed_job(engine, media)
    return JobStore(engine).get(job).session_id, job


def test_a_deleted_job_is_gone_and_its_receipt_says_so(client, engine, media, finished):
    session, job = finished
    receipt = delete(client, f"/analysis-jobs/{job}")
    assert client.get(f"/analysis-jobs/{job}").code == "JOB_NOT_FOUND"
    assert owned(engine, media) == (set(), [])
    said = client.get(f"/deletion-receipts/{receipt}").json
    deleted_at = said.pop("deleted_at")
    assert deleted_at.endswith("Z")
    assert said == {
        "receipt_id": receipt,
        "kind": "job",
        "counts": COUNTS | {"jobs": 1, "objects": 1},
        "closed_at": None,
    }
    assert delete(client, f"/analysis-jobs/{job}") == receipt
    assert client.get(f"/sessions/{session}").status == 200


def test_a_deleted_session_takes_its_jobs_along(client, engine, media, finished):
    session, job = finished
    other = a_job(engine)
    receipt = delete(client, f"/sessions/{session}")
    assert client.get(f"/sessions/{session}").code == "SESSION_NOT_FOUND"
    assert client.get(f"/analysis-jobs/{job}").code == "JOB_NOT_FOUND"
    assert owned(engine, media) == ({other}, [])
    counts = client.get(f"/deletion-receipts/{receipt}").json["counts"]
    assert counts == COUNTS | {"jobs": 1, "sessions_deleted": 1, "objects": 1}
    assert delete(client, f"/sessions/{session}") == receipt


def test_a_deleted_player_takes_what_shows_them_along(client, engine, media, finished):
    session, _ = finished
    consent = {"scope": "analysis", "given_by": "R. Iyer", "relationship": "mother"}
    client.post("/players/p-1/consents", consent)
    receipt = delete(client, "/players/p-1")
    assert client.get("/players/p-1").code == "PLAYER_NOT_FOUND"
    assert client.get(f"/sessions/{session}").json["player_ids"] == []
    assert owned(engine, media) == (set(), [])
    said = client.get(f"/deletion-receipts/{receipt}")
    expected = {"jobs": 1, "sessions_changed": 1, "consents": 1, "objects": 1}
    assert said.json["counts"] == COUNTS | expected
    assert "p-1" not in said.body
    assert delete(client, "/players/p-1") == receipt


def test_another_coach_deletes_nothing_and_sees_no_receipt(
    client, stranger, engine, media, finished
):
    session, job = finished
    before = owned(engine, media)
    addresses = {
        f"/analysis-jobs/{job}": "JOB_NOT_FOUND",
        f"/sessions/{session}": "SESSION_NOT_FOUND",
        "/players/p-1": "PLAYER_NOT_FOUND",
    }
    for address, code in addresses.items():
        answer = stranger.send("DELETE", address)
        assert (answer.status, answer.code) == (404, code)
    assert owned(engine, media) == before
    receipt = delete(client, f"/analysis-jobs/{job}")
    assert stranger.get(f"/deletion-receipts/{receipt}").code == "RECEIPT_NOT_FOUND"
    assert stranger.send("DELETE", f"/analysis-jobs/{job}").code == "JOB_NOT_FOUND"


def test_what_never_was_is_not_found(client):
    for address, code in {
        f"/analysis-jobs/{uuid4()}": "JOB_NOT_FOUND",
        "/analysis-jobs/no-id": "JOB_NOT_FOUND",
        f"/sessions/{uuid4()}": "SESSION_NOT_FOUND",
        "/players/nobody": "PLAYER_NOT_FOUND",
    }.items():
        assert client.send("DELETE", address).code == code
    for written in (uuid4(), "no-id"):
        assert client.get(f"/deletion-receipts/{written}").code == "RECEIPT_NOT_FOUND"


def test_jobs_can_be_listed_by_what_they_are_and_whom_they_show(client, engine):
    about_one, rendering = a_job(engine), a_job(engine)
    set_row(engine, about_one, player_id="p-1")
    set_row(engine, rendering, kind=JobKind.RENDER, settings={})
    for query, found in (
        ({"player_id": "p-1"}, [about_one]),
        ({"player_id": "p-2"}, []),
        ({"kind": "render"}, [rendering]),
        ({"kind": "video", "status": "queued"}, [about_one]),
    ):
        items = client.get("/analysis-jobs", query=query).json["items"]
        assert [UUID(item["job_id"]) for item in items] == found
    for query in ({"kind": "film"}, {"player_id": "a/b"}):
        assert client.get("/analysis-jobs", query=query).code == "INVALID_REQUEST"


def test_an_export_holds_everything_and_nothing_of_others(client, engine, media, finished):
    session, job = finished
    client.send("PUT", "/players/p-1", body={"name": "Maya", "age_band": "under_16"})
    client.post(
        "/players/p-1/consents",
        {"scope": "sharing", "given_by": "R. Iyer", "relationship": "mother"},
    )
    others = a_session(engine)
    of_another = a_job(engine, session_id=others)
    set_row(engine, of_another, player_id="p-2", may_show=["p-2"])
    elsewhere = a_job(engine, session_id=others)
    set_row(engine, elsewhere, player_id="p-1")
    with transaction(engine) as rows:
        hook = Webhook(owner="coach-1", url="https://example.com", events=[], secret="s")
        rows.add(hook)
        rows.flush()
        told = {"event": "job.completed", "payload": {}, "owner": "coach-1"}
        for about in (job, of_another):
            rows.add(WebhookDelivery(webhook_id=hook.id, job_id=about, occasion=str(about), **told))
    exported = client.get("/players/p-1/export").json
    assert exported["player"] == client.get("/players/p-1").json
    assert exported["consents"] == client.get("/players/p-1/consents").json["items"]
    assert {each["session_id"] for each in exported["sessions"]} == {str(session), str(others)}
    jobs = {UUID(each["job"]["job_id"]): each for each in exported["jobs"]}
    assert set(jobs) == {job, elsewhere}
    (file,) = jobs[job]["files"]
    assert file["name"] == "1/frames.json.gz"
    assert httpx.get(file["url"]).status_code == httpx.codes.OK
    assert [each["event"] for each in jobs[job]["deliveries"]] == ["job.completed"]
    assert jobs[elsewhere]["deliveries"] == []
    assert exported["next_cursor"] is None


@pytest.mark.parametrize("small", ["pages", "answers"])
def test_a_long_export_comes_in_pages_with_everything_once(client, engine, monkeypatch, small):
    for _ in range(2):
        a_job(engine)
    client.post(
        "/players/p-1/consents",
        {"scope": "sharing", "given_by": "R. Iyer", "relationship": "mother"},
    )
    if small == "answers":  # each thing is larger than an answer may be
        monkeypatch.setattr(export, "MAX_BYTES", 10)
    query, pages = ({"limit": 1} if small == "pages" else {}), []
    while True:
        pages.append(client.get("/players/p-1/export", query=query).json)
        if pages[-1]["next_cursor"] is None:
            break
        query["cursor"] = pages[-1]["next_cursor"]
    kinds = {"consents": 1, "sessions": 2, "jobs": 2}
    for kind, count in kinds.items():
        seen = [json.dumps(each, sort_keys=True) for page in pages for each in page[kind]]
        assert len(set(seen)) == len(seen) == count
    assert [sum(len(page[kind]) for kind in kinds) for page in pages] == [1] * 5
