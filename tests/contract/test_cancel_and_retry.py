"""A coach changes their mind: a job is cancelled, or a failed one is tried again."""

from uuid import UUID

import pytest

from shared.analysis import AnalysisSettings
from shared.attempt_store import Claimed
from shared.aws import sqs_client
from shared.errors import (
    CoachError,
    DownloadFailed,
    LeaseLost,
    MaxRetries,
    NoPersonFound,
    QueueTimeout,
    UploadExpired,
    VideoUnreadable,
)
from shared.job_store import JobStore
from shared.jobs import MAX_ATTEMPTS, JobKind, Stage
from shared.queue.job_queue import JobQueue
from shared.settings import SweepSettings
from tests.builders import MISSING, a_claimed_job, a_job, a_waiting_job
from tests.contract.documents import a_completed_job, a_completed_job_without_frames
from tests.sweeping import a_sweeper, set_row


def _cancel(client, job_id):
    return client.post(f"/analysis-jobs/{job_id}/cancel")


def _retry(client, job_id):
    return client.post(f"/analysis-jobs/{job_id}/retry")


def _messages(queue) -> list[str]:
    return [message.message_id for message in queue.receive_some(10, wait_s=0, visibility_s=60)]


def a_failed_job(engine, error: CoachError) -> UUID:
    """A job that no worker will try any more."""
    jobs, lease = JobStore(engine), a_claimed_job(engine).lease
    while jobs.fail(lease, error) != "failed":
        claimed = jobs.claim(lease.job_id, worker="w1", lease_s=60)
        assert isinstance(claimed, Claimed)
        lease = claimed.lease
    return lease.job_id


@pytest.mark.parametrize("make", [a_job, a_waiting_job], ids=["awaiting upload", "waiting"])
def test_a_job_nobody_has_begun_is_cancelled_at_once(client, engine, make):
    answer = _cancel(client, make(engine))
    assert answer.status == 202
    assert (answer.json["status"], answer.json["progress"]["stage"]) == ("cancelled", "cancelled")
    assert answer.json["error"] is None


def test_a_worker_loses_a_job_that_is_cancelled(client, engine):
    lease = a_claimed_job(engine).lease
    assert _cancel(client, lease.job_id).status == 202
    with pytest.raises(LeaseLost):
        JobStore(engine).confirm(lease)


def test_cancelling_twice_is_cancelling_once(client, engine):
    job_id = a_waiting_job(engine)
    assert _cancel(client, job_id).json == _cancel(client, job_id).json


def test_a_cancelled_job_is_not_completed_any_more(client, engine):
    job_id = a_waiting_job(engine)
    _cancel(client, job_id)
    answer = client.get(f"/analysis-jobs/{job_id}/results")
    assert answer.json["detail"] == "The analysis was cancelled, so there are no results."
    assert "retry-after" not in client.get(f"/analysis-jobs/{job_id}/status").headers


def test_a_completed_job_keeps_its_results(client, engine, media):
    job_id = a_completed_job(engine, media)
    answer = _cancel(client, job_id)
    assert (answer.status, answer.code) == (409, "JOB_NOT_CANCELLABLE")
    assert answer.json["user_action"] == "none"
    assert client.get(f"/analysis-jobs/{job_id}/results").status == 200


def test_a_failed_job_stays_failed_when_it_is_cancelled(client, engine):
    job_id = a_failed_job(engine, NoPersonFound())
    assert _cancel(client, job_id).code == "JOB_NOT_CANCELLABLE"
    assert client.get(f"/analysis-jobs/{job_id}").json["status"] == "failed"


@pytest.mark.parametrize(
    "error", [DownloadFailed(), MaxRetries(), QueueTimeout(), CoachError()], ids=lambda e: e.code
)
def test_a_job_that_another_try_may_help_comes_back(client, engine, queue, error):
    job_id = a_failed_job(engine, error)
    answer = _retry(client, job_id)
    assert answer.status == 202
    assert (answer.json["status"], answer.json["progress"]["stage"]) == ("processing", "waiting")
    assert answer.json["error"] is None
    assert [JobStore(engine).get(job_id).sqs_message_id] == _messages(queue)


def test_a_job_comes_back_only_where_another_may_be_open(deploy, engine):
    app = deploy(MAX_OPEN_JOBS="1")
    job_id, other = a_failed_job(engine, DownloadFailed()), a_job(engine)
    assert (_retry(app, job_id).code, _retry(app, job_id).status) == ("TOO_MANY_ACTIVE_JOBS", 429)
    _cancel(app, other)
    assert [_retry(app, job_id).status for _ in range(2)] == [202, 202]


def test_a_job_tried_again_has_all_its_tries(client, engine):
    job_id = a_failed_job(engine, DownloadFailed())
    _retry(client, job_id)
    jobs = JobStore(engine)
    for _ in range(MAX_ATTEMPTS):
        claimed = jobs.claim(job_id, worker="w1", lease_s=60)
        assert isinstance(claimed, Claimed)
        jobs.fail(claimed.lease, DownloadFailed())
    assert jobs.get(job_id).stage == Stage.FAILED


def test_a_job_tried_again_begins_to_wait_anew(client, engine):
    job_id = a_failed_job(engine, DownloadFailed())
    path = f"/analysis-jobs/{job_id}"
    before = client.get(path).json["started_at"]
    _retry(client, job_id)
    after = client.get(path).json
    assert after["started_at"] > before
    assert after["completed_at"] is None


@pytest.mark.parametrize("kind", JobKind)
def test_a_job_that_may_show_a_minor_is_not_tried_again_without_consent(client, engine, kind):
    job_id = a_failed_job(engine, DownloadFailed())
    settings = {} if kind in {JobKind.RENDER, JobKind.IMAGES} else AnalysisSettings().model_dump()
    source = a_completed_job_without_frames(engine) if kind == JobKind.RENDER else None
    set_row(engine, job_id, kind=kind, settings=settings, source_job_id=source)
    client.send("PUT", "/players/p-1", body={"age_band": "under_13"})
    refused = _retry(client, job_id)
    assert (refused.status, refused.code) == (409, "CONSENT_REQUIRED")
    assert JobStore(engine).get(job_id).stage == Stage.FAILED
    consent = {"scope": "analysis", "given_by": "R. Iyer", "relationship": "mother"}
    client.post("/players/p-1/consents", consent)
    assert _retry(client, job_id).status == 202


def test_pictures_of_nobody_named_are_tried_again(client, engine):
    job_id = a_failed_job(engine, DownloadFailed())
    set_row(engine, job_id, kind=JobKind.IMAGES, settings={}, session_id=None, may_show=[])
    assert _retry(client, job_id).status == 202


def test_retrying_twice_sends_one_message(client, engine, queue):
    job_id = a_failed_job(engine, DownloadFailed())
    first, second = _retry(client, job_id), _retry(client, job_id)
    assert (first.status, second.status) == (202, 202)
    assert len(_messages(queue)) == 1


def test_retrying_does_not_disturb_a_worker(client, engine, queue):
    lease = a_claimed_job(engine).lease
    assert _retry(client, lease.job_id).status == 202
    JobStore(engine).confirm(lease)
    assert _messages(queue) == []


@pytest.mark.parametrize("error", [NoPersonFound(), VideoUnreadable(), UploadExpired()])
def test_a_job_that_needs_another_video_is_not_tried_again(client, engine, queue, error):
    job_id = a_failed_job(engine, error)
    answer = _retry(client, job_id)
    assert (answer.status, answer.code) == (409, "JOB_NOT_RETRYABLE")
    assert error.sentence in answer.json["detail"]
    assert client.get(f"/analysis-jobs/{job_id}").json["error"]["code"] == error.code
    assert _messages(queue) == []


def test_a_job_that_awaits_its_upload_is_not_retried(client, engine):
    assert _retry(client, a_job(engine)).code == "JOB_NOT_RETRYABLE"


def test_a_cancelled_job_is_not_retried(client, engine, queue):
    job_id = a_waiting_job(engine)
    _cancel(client, job_id)
    assert _retry(client, job_id).code == "JOB_NOT_RETRYABLE"
    assert client.get(f"/analysis-jobs/{job_id}").json["status"] == "cancelled"
    assert _messages(queue) == []


def test_a_completed_job_is_not_retried(client, engine, media, queue):
    job_id = a_completed_job(engine, media)
    assert _retry(client, job_id).code == "JOB_NOT_RETRYABLE"
    assert client.get(f"/analysis-jobs/{job_id}").json["status"] == "completed"
    assert _messages(queue) == []


def test_without_the_queue_a_retried_row_is_safe_and_a_repeat_sends(client, engine, queue_settings):
    job_id = a_failed_job(engine, DownloadFailed())
    sqs, url = sqs_client(queue_settings), queue_settings.sqs_queue_url
    sqs.delete_queue(QueueUrl=url)
    answer = _retry(client, job_id)
    assert (answer.status, answer.code) == (502, "QUEUE_ERROR")
    assert client.get(f"/analysis-jobs/{job_id}").json["progress"]["stage"] == "waiting"

    sqs.create_queue(QueueName=url.rsplit("/", 1)[-1])
    assert _retry(client, job_id).status == 202
    assert [JobStore(engine).get(job_id).sqs_message_id] == _messages(JobQueue(sqs, url))


def test_a_retried_job_whose_sender_died_is_sent_by_the_sweeper(client, engine, media, queue):
    job_id = a_failed_job(engine, DownloadFailed())
    jobs = JobStore(engine)
    assert jobs.revive(job_id)
    sweeper = a_sweeper(engine, media, queue, settings=SweepSettings(sweep_unsent_s=0))
    assert sweeper.sweep().sent == 1
    assert _retry(client, job_id).status == 202
    assert [jobs.get(job_id).sqs_message_id] == _messages(queue)


@pytest.mark.parametrize("route", ["cancel", "retry"])
@pytest.mark.parametrize("written", [MISSING, "no-id"])
def test_what_names_no_job_is_neither_cancelled_nor_retried(client, written, route):
    answer = client.post(f"/analysis-jobs/{written}/{route}")
    assert (answer.status, answer.code) == (404, "JOB_NOT_FOUND")
