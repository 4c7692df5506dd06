"""What is not yours does not exist."""

import pytest

from tests.builders import a_job, a_session, a_waiting_job
from tests.contract.documents import a_completed_job

ID_ROUTES = ["", "/status", "/results", "/frames"]


@pytest.mark.parametrize("route", ID_ROUTES)
def test_anothers_job_looks_like_no_job(client, stranger, engine, media, route):
    job = a_completed_job(engine, media)
    assert client.get(f"/analysis-jobs/{job}{route}").status in {200, 307}
    theirs = stranger.get(f"/analysis-jobs/{job}{route}")
    assert (theirs.status, theirs.code) == (404, "JOB_NOT_FOUND")


def test_anothers_session_looks_like_no_session(client, stranger, engine):
    session = a_session(engine)
    assert client.get(f"/sessions/{session}").status == 200
    assert stranger.get(f"/sessions/{session}").code == "SESSION_NOT_FOUND"


def test_nobody_uploads_into_anothers_session(stranger, engine):
    answer = stranger.post("/videos/upload/initiate", {"session_id": str(a_session(engine))})
    assert answer.code == "SESSION_NOT_FOUND"
    assert stranger.get("/analysis-jobs").json["items"] == []


def test_nobody_completes_anothers_upload(client, stranger, engine):
    job = a_job(engine)
    assert stranger.post("/videos/upload/complete", {"job_id": str(job)}).code == "JOB_NOT_FOUND"
    assert client.get(f"/analysis-jobs/{job}").json["status"] == "queued"


@pytest.mark.parametrize("route", ["cancel", "retry"])
def test_nobody_cancels_or_retries_anothers_job(client, stranger, engine, route):
    job = a_waiting_job(engine)
    answer = stranger.post(f"/analysis-jobs/{job}/{route}")
    assert (answer.status, answer.code) == (404, "JOB_NOT_FOUND")
    assert client.get(f"/analysis-jobs/{job}").json["status"] == "processing"


def test_lists_show_only_ones_own(client, stranger, engine):
    session = a_session(engine)
    a_job(engine, session_id=session)
    assert len(client.get("/sessions").json["items"]) == 1
    assert stranger.get("/sessions").json["items"] == []
    assert stranger.get("/analysis-jobs").json["items"] == []
    filtered = stranger.get("/analysis-jobs", query={"session_id": session})
    assert filtered.json["items"] == []
