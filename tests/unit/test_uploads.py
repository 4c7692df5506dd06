import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from pydantic import ValidationError

from shared.aws import sqs_client
from shared.errors import (
    FileTooLarge,
    InvalidFormat,
    JobNotFound,
    QueueError,
    SessionNotFound,
    UploadMismatch,
    UploadMissing,
)
from shared.job_queue import JobQueue
from shared.job_store import JobStore
from shared.jobs import Stage, Status
from shared.messages import JobMessage
from shared.session_store import SessionStore
from shared.settings import UploadSettings
from shared.uploads import NewUpload, Uploads
from tests.builders import COACH, a_session


@pytest.fixture
def uploads(engine, media, queue):
    return Uploads(
        SessionStore(engine), JobStore(engine), media, queue, UploadSettings(max_upload_bytes=1000)
    )


def _initiate(uploads, engine, **fields):
    upload = {"session_id": a_session(engine), "overrides": {}, "include_frames": True, **fields}
    return uploads.initiate(COACH, NewUpload(**upload))


def _put(put, content):
    assert httpx.put(put.url, headers=dict(put.headers), content=content).status_code == 200


def _all(queue):
    """Take every message out."""
    received = queue.receive_some(10, wait_s=1, visibility_s=30)
    for message in received:
        queue.delete(message)
    return received


def test_an_upload_ends_in_a_waiting_job_and_one_message(uploads, engine, queue):
    job, put = _initiate(uploads, engine, content_type="video/mp4", size_bytes=5)
    assert (job.status, job.stage) == (Status.QUEUED, Stage.AWAITING_UPLOAD)
    _put(put, b"video")
    done = uploads.complete(job.id, owner=COACH)
    assert (done.status, done.stage) == (Status.PROCESSING, Stage.WAITING)
    assert done.started_at is not None
    received = queue.receive(wait_s=1, visibility_s=30)
    assert received.message_id == done.sqs_message_id
    assert JobMessage.model_validate_json(received.body).job_id == job.id


def test_complete_twice_sends_one_message(uploads, engine, queue):
    job, put = _initiate(uploads, engine)
    _put(put, b"video")
    first = uploads.complete(job.id, owner=COACH)
    again = uploads.complete(job.id, owner=COACH)
    assert again.sqs_message_id == first.sqs_message_id
    assert queue.receive(wait_s=1, visibility_s=30) is not None
    assert queue.receive(wait_s=0, visibility_s=30) is None


def test_complete_by_the_app_and_by_s3_at_once_moves_the_row_once(uploads, engine, queue):
    together = threading.Barrier(2)

    def complete(job_id, owner):
        together.wait()
        return uploads.complete(job_id, owner=owner)

    with ThreadPoolExecutor(2) as pool:
        for _ in range(10):
            job, put = _initiate(uploads, engine)
            _put(put, b"video")
            both = list(pool.map(complete, (job.id, job.id), (COACH, None)))
            assert {done.stage for done in both} == {Stage.WAITING}
            assert len({done.started_at for done in both}) == 1
            sent = {message.message_id for message in _all(queue)}
            assert 1 <= len(sent) <= 2  # a second one is settled as a duplicate
            assert JobStore(engine).get(job.id).sqs_message_id in sent


def test_complete_before_the_upload_changes_nothing(uploads, engine, queue):
    job, _ = _initiate(uploads, engine)
    with pytest.raises(UploadMissing):
        uploads.complete(job.id, owner=COACH)
    assert JobStore(engine).get(job.id).stage == Stage.AWAITING_UPLOAD
    assert queue.receive(wait_s=0, visibility_s=30) is None


def test_an_object_of_another_size_is_refused(uploads, engine, media, tmp_path):
    job, _ = _initiate(uploads, engine, size_bytes=5)
    other = tmp_path / "other"
    other.write_bytes(b"something else")
    media.upload(other, job.s3_key, content_type="video/mp4")
    with pytest.raises(UploadMismatch):
        uploads.complete(job.id, owner=COACH)
    assert JobStore(engine).get(job.id).status == Status.QUEUED


def test_a_message_that_was_not_sent_is_sent_by_the_next_complete(
    uploads, engine, queue, queue_settings
):
    job, put = _initiate(uploads, engine)
    _put(put, b"video")
    away = JobQueue(sqs_client(queue_settings), queue_settings.sqs_queue_url + "-gone")
    broken = Uploads(uploads.sessions, uploads.jobs, uploads.media, away, uploads.limits)
    with pytest.raises(QueueError):
        broken.complete(job.id, owner=COACH)
    waiting = JobStore(engine).get(job.id)
    assert (waiting.stage, waiting.sqs_message_id) == (Stage.WAITING, None)
    assert uploads.complete(job.id, owner=COACH).sqs_message_id is not None
    assert queue.receive(wait_s=1, visibility_s=30) is not None


def test_overrides_win_over_the_session_and_the_session_over_defaults(uploads, engine):
    session_id = a_session(engine, movement="cricket_bowling", athlete_height_cm=180)
    job, _ = _initiate(uploads, engine, session_id=session_id, overrides={"athlete_height_cm": 150})
    assert job.settings["movement"] == "cricket_bowling"
    assert job.settings["athlete_height_cm"] == 150
    assert job.settings["sample_fps"] == 15


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"content_type": "image/png"}, InvalidFormat),
        ({"size_bytes": 1001}, FileTooLarge),
        ({"overrides": {"movement": "chess"}}, ValidationError),
    ],
)
def test_a_bad_declaration_makes_no_job(uploads, engine, fields, error):
    with pytest.raises(error):
        _initiate(uploads, engine, **fields)
    assert JobStore(engine).page(COACH, limit=10, after=None) == []


def test_another_coach_can_neither_start_nor_complete(uploads, engine):
    session_id = a_session(engine, owner="coach-2")
    with pytest.raises(SessionNotFound):
        _initiate(uploads, engine, session_id=session_id)
    job, _ = _initiate(uploads, engine)
    with pytest.raises(JobNotFound):
        uploads.complete(job.id, owner="coach-2")
