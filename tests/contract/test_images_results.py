"""Pictures on their way through a worker and back: one attempt in this process."""

from io import StringIO
from typing import Any

import httpx
import pytest

from shared.attempt_store import Claimed
from shared.job_store import JobStore
from shared.jobs import AttemptOutcome, JobKind
from shared.telemetry import Metrics
from tests.contract.forms import form
from tests.fakes.analysts import InProcessAnalyst
from tests.files.pictures import ON_ITS_SIDE, picture
from worker_service.attempt import Tools
from worker_service.job import JobRunner, Outcome
from worker_service.rest import Rest
from worker_service.scratch import Scratch
from worker_service.shutdown import Shutdown

CUT = picture(size=(128, 128))[:300]


class SteadyHeart:
    """A heartbeat that never misses."""

    def check(self):
        pass


@pytest.fixture
def work(engine, media, tmp_path):
    """Has a job done by a worker with the synthetic engine."""
    jobs = JobStore(engine)
    tools = Tools(jobs, media, InProcessAnalyst(), Scratch(tmp_path), "w")
    runner = JobRunner(
        tools=tools,
        shutdown=Shutdown(grace_s=60),
        metrics=Metrics(service="worker", stage="test", stream=StringIO()),
        rest=Rest(),
        limit_s=60,
        patience_s=0.3,
    )

    heart: Any = SteadyHeart()

    def done(job_id):
        claimed = jobs.claim(job_id, worker="w", lease_s=60)
        assert isinstance(claimed, Claimed)
        return runner.run(claimed, heart)

    return done


@pytest.fixture
def announced(client, media):
    """An upload whose pictures went straight to S3, handed over; what they are nobody knows yet."""

    def given(*contents):
        files = [
            {"filename": f"{index}.jpg", "content_type": "image/jpeg", "size_bytes": len(content)}
            for index, content in enumerate(contents)
        ]
        upload = client.post("/images/upload/initiate", {"files": files}).json
        for file, content in zip(upload["files"], contents, strict=True):
            put = httpx.put(file["presigned_url"], headers=file["headers"], content=content)
            assert put.status_code == 200
        answer = client.post("/images/analyze", {"upload_id": upload["upload_id"]})
        assert answer.status == 202
        return answer.json["job_id"]

    return given


def test_from_pictures_to_results(client, work):
    files = [("lying.jpg", picture(orientation=ON_ITS_SIDE)), ("b.png", picture("PNG", (200, 100)))]
    body, headers = form(files)
    upload = client.post("/images/upload", body, headers=headers).json["upload_id"]
    settings = {"confidence": 0.4, "tiling": {"tile_px": 512, "overlap": 0.1}}
    job_id = client.post("/images/analyze", {"upload_id": upload, **settings}).json["job_id"]
    assert client.get(f"/analysis-jobs/{job_id}/results").code == "RESULTS_NOT_READY"
    assert work(job_id) == Outcome.COMPLETED

    job = client.get(f"/analysis-jobs/{job_id}").json
    assert (job["kind"], job["status"]) == (JobKind.IMAGES, "completed")
    assert job["progress"]["frames_total"] == 2
    results = client.get(f"/analysis-jobs/{job_id}/results")
    assert results.status == 200
    assert results.json["settings"] == settings
    first, second = results.json["pictures"]
    assert [(one["index"], one["filename"]) for one in (first, second)] == [
        (0, "lying.jpg"),
        (1, "b.png"),
    ]
    assert (first["width"], first["height"]) == (64, 96)
    assert len(second["people"]) == 1
    assert second["people"][0]["angles_deg"]["left_knee"]["value"] == pytest.approx(180, abs=1)
    for url in (first["annotated_url"], second["thumbnail_url"]):
        drawn = httpx.get(url)
        assert drawn.headers["content-type"] == "image/jpeg"
        assert drawn.content.startswith(b"\xff\xd8")


def test_a_picture_that_is_none_is_told_and_has_no_links(client, announced, work):
    job_id = announced(picture(), CUT)
    assert work(job_id) == Outcome.COMPLETED
    first, second = client.get(f"/analysis-jobs/{job_id}/results").json["pictures"]
    assert first["error"] is None
    assert second["error"] == {"code": "CORRUPTED_FILE", "message": "The file is damaged."}
    assert (second["annotated_url"], second["thumbnail_url"]) == (None, None)


def test_pictures_of_which_none_can_be_read_fail_for_good(client, announced, work, engine):
    job_id = announced(CUT)
    assert work(job_id) == Outcome.FAILED
    error = client.get(f"/analysis-jobs/{job_id}/status").json["error"]
    assert (error["code"], error["user_action"]) == ("PICTURES_UNREADABLE", "retake")
    assert client.post(f"/analysis-jobs/{job_id}/retry").code == "JOB_NOT_RETRYABLE"
    (attempt,) = JobStore(engine).attempts(job_id)
    assert attempt.outcome == AttemptOutcome.FAILED


def test_still_pictures_have_no_frames(client, announced, work):
    job_id = announced(picture())
    work(job_id)
    answer = client.get(f"/analysis-jobs/{job_id}/frames")
    assert (answer.status, answer.code) == (404, "NOT_FOUND")


def test_deleting_the_job_deletes_its_pictures(client, announced, work, media):
    job_id = announced(picture())
    work(job_id)
    assert client.send("DELETE", f"/analysis-jobs/{job_id}").status == 204
    assert media.keys("stills/") == media.keys("results/") == []
