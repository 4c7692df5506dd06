import gzip
import json

import httpx
import pytest

from api_lambda.answers.results import MAX_INLINE_BYTES
from shared.attempt_store import Progress
from shared.errors import NoPersonFound, VideoUnreadable
from shared.job_store import JobStore
from shared.jobs import Stage
from shared.results import Results
from tests.builders import a_claimed_job, a_job, a_session, a_waiting_job
from tests.contract.documents import (
    a_completed_job,
    a_completed_job_without_frames,
    some_frames,
)


def test_a_new_job_waits_for_its_upload(client, engine):
    job = client.get(f"/analysis-jobs/{a_job(engine)}").json
    assert job["status"] == "queued"
    assert job["progress"]["stage"] == "awaiting_upload"
    assert job["progress"]["percent"] == 0
    assert job["attempt"] == 0
    assert job["error"] is None
    assert job["results"] is None
    assert job["completed_at"] is None


def test_progress_is_what_the_worker_last_said(client, engine):
    lease = a_claimed_job(engine).lease
    JobStore(engine).progress(
        lease, Progress(stage=Stage.POSE, percent=41.5, frames_done=62, frames_total=150)
    )
    progress = client.get(f"/analysis-jobs/{lease.job_id}/status").json["progress"]
    assert progress["stage"] == "pose"
    assert progress["percent"] == 41.5
    assert (progress["frames_done"], progress["frames_total"]) == (62, 150)
    assert progress["updated_at"].endswith("Z")


def test_an_open_job_says_when_to_look_again(client, engine):
    answer = client.get(f"/analysis-jobs/{a_waiting_job(engine)}/status")
    assert int(answer.headers["retry-after"]) > 0


def test_a_final_job_needs_no_further_look(client, engine, media):
    answer = client.get(f"/analysis-jobs/{a_completed_job(engine, media)}/status")
    assert answer.json["status"] == "completed"
    assert "retry-after" not in answer.headers


def test_an_unchanged_status_is_not_sent_again(client, engine):
    lease = a_claimed_job(engine).lease
    path = f"/analysis-jobs/{lease.job_id}/status"
    tag = client.get(path).headers["etag"]
    assert tag.startswith('W/"')

    for known in (f'W/"other", {tag}', tag.removeprefix("W/"), "*"):
        again = client.get(path, headers={"if-none-match": known})
        assert (again.status, again.body) == (304, "")
        assert again.headers["etag"] == tag
        assert "retry-after" in again.headers

    JobStore(engine).progress(lease, Progress(stage=Stage.POSE, percent=10))
    changed = client.get(path, headers={"if-none-match": tag})
    assert changed.status == 200
    assert changed.headers["etag"] != tag


def test_a_failed_job_says_why_and_what_to_do(client, engine):
    lease = a_claimed_job(engine).lease
    JobStore(engine).fail(lease, NoPersonFound())
    job = client.get(f"/analysis-jobs/{lease.job_id}").json
    assert job["status"] == "failed"
    assert job["error"] == {
        "code": "NO_PERSON_FOUND",
        "message": NoPersonFound.sentence,
        "retryable": False,
        "user_action": "retake",
    }
    assert job["results"] is None


@pytest.mark.parametrize("route", ["results", "frames"])
def test_results_are_not_ready_before_the_end(client, engine, route):
    answer = client.get(f"/analysis-jobs/{a_waiting_job(engine)}/{route}")
    assert (answer.status, answer.code) == (409, "RESULTS_NOT_READY")
    assert answer.json["user_action"] == "wait"
    assert answer.json["retryable"]
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize("route", ["results", "frames"])
def test_a_failed_job_will_never_have_results(client, engine, route):
    lease = a_claimed_job(engine).lease
    JobStore(engine).fail(lease, VideoUnreadable())
    answer = client.get(f"/analysis-jobs/{lease.job_id}/{route}")
    assert (answer.status, answer.code) == (409, "RESULTS_NOT_READY")
    assert not answer.json["retryable"]
    assert VideoUnreadable.sentence in answer.json["detail"]
    assert "retry-after" not in answer.headers


def test_results_are_the_contracts_document(client, engine, media):
    job = a_completed_job(engine, media)
    results = client.get(f"/analysis-jobs/{job}/results")
    Results.model_validate(results.json)
    assert client.get(f"/analysis-jobs/{job}").json["results"]["metrics"] == results.json["metrics"]


def test_small_frames_come_with_the_results(client, engine, media):
    job = a_completed_job(engine, media)
    pose = client.get(f"/analysis-jobs/{job}/results").json["pose"]
    assert pose["frames"] == some_frames().model_dump(mode="json")
    assert httpx.get(pose["frames_url"]).json() == pose["frames"]


def test_large_frames_stay_behind_their_link(client, engine, media):
    frames = some_frames(pictures=1_000)
    assert len(frames.model_dump_json()) > MAX_INLINE_BYTES
    job = a_completed_job(engine, media, frames)
    answer = client.get(f"/analysis-jobs/{job}/results")
    assert answer.json["pose"]["frames"] is None
    assert len(answer.body) < MAX_INLINE_BYTES
    assert len(httpx.get(answer.json["pose"]["frames_url"]).json()["t_s"]) == 1_000


def test_frames_that_were_cleared_away_do_not_hide_the_results(client, engine, media):
    job = a_completed_job(engine, media)
    media.delete_prefix(f"results/{job}/")
    answer = client.get(f"/analysis-jobs/{job}/results")
    assert answer.status == 200
    assert answer.json["pose"]["frames"] is None


def test_an_analysis_without_frames_has_no_link(client, engine):
    job = a_completed_job_without_frames(engine)
    pose = client.get(f"/analysis-jobs/{job}/results").json["pose"]
    assert (pose["frames"], pose["frames_url"]) == (None, None)
    answer = client.get(f"/analysis-jobs/{job}/frames")
    assert (answer.status, answer.code) == (404, "NOT_FOUND")


def test_the_frames_route_leads_to_the_file(client, engine, media):
    answer = client.get(f"/analysis-jobs/{a_completed_job(engine, media)}/frames")
    assert answer.status == 307
    with httpx.stream("GET", answer.headers["location"]) as file:
        packed = b"".join(file.iter_raw())
    assert json.loads(gzip.decompress(packed))["schema_version"] == 1


def test_jobs_are_listed_newest_first_in_pages(client, engine):
    session = a_session(engine)
    made = [str(a_job(engine, session_id=session)) for _ in range(3)]
    first = client.get("/analysis-jobs", query={"limit": 2}).json
    rest = client.get("/analysis-jobs", query={"limit": 2, "cursor": first["next_cursor"]}).json
    seen = [item["job_id"] for item in first["items"] + rest["items"]]
    assert seen == made[::-1]
    assert rest["next_cursor"] is None
    assert "results" not in first["items"][0]


def test_jobs_can_be_asked_for_by_session_and_status(client, engine):
    waiting, queued = a_waiting_job(engine), a_job(engine)
    session = client.get(f"/analysis-jobs/{queued}").json["session_id"]
    by_session = client.get("/analysis-jobs", query={"session_id": session}).json["items"]
    by_status = client.get("/analysis-jobs", query={"status": "processing"}).json["items"]
    assert [item["job_id"] for item in by_session] == [str(queued)]
    assert [item["job_id"] for item in by_status] == [str(waiting)]


@pytest.mark.parametrize("route", ["", "/status", "/results", "/frames"])
@pytest.mark.parametrize("written", ["5f0c2f0e-6a6b-4a3c-9d0e-3c1a7d0f4b11", "no-id", "%00"])
def test_what_names_no_job_is_not_found(client, written, route):
    answer = client.get(f"/analysis-jobs/{written}{route}")
    assert (answer.status, answer.code) == (404, "JOB_NOT_FOUND")
