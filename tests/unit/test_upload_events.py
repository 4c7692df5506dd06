"""S3's word that a video arrived, as SQS and Lambda hand it on."""

import json
from dataclasses import replace
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.aws import sqs_client
from shared.jobs import Stage, Status
from shared.media.store import upload_key, uploaded_job
from shared.queue.job_queue import JobQueue
from shared.settings import UploadSettings
from shared.uploads.events import UploadEvents
from shared.uploads.videos import NewUpload, Uploads
from tests.builders import COACH, a_session


@pytest.fixture
def uploads(engine, media, queue):
    return Uploads.on(engine, media, queue, UploadSettings())


@pytest.fixture
def events(uploads):
    return UploadEvents(uploads)


def an_upload(uploads, engine, owner=COACH, **declared):
    session_id = a_session(engine, owner=owner)
    upload = NewUpload(session_id=session_id, overrides={}, include_frames=True, **declared)
    job, put = uploads.initiate(owner, upload)
    assert httpx.put(put.url, headers=dict(put.headers), content=b"video").is_success
    return job


def told(upload_events) -> list[dict[str, str]]:
    """What S3 told the queue, as Lambda's messages."""
    received = upload_events.receive_some(10, wait_s=1, visibility_s=30)
    return [{"messageId": message.message_id, "body": message.body} for message in received]


def about(*keys: str) -> dict[str, str]:
    records = [{"eventName": "ObjectCreated:Put", "s3": {"object": {"key": key}}} for key in keys]
    return {"messageId": str(uuid4()), "body": json.dumps({"Records": records})}


def test_a_put_alone_brings_the_video_to_the_workers(events, uploads, engine, queue, upload_events):
    job = an_upload(uploads, engine)
    assert events.handle(told(upload_events)) == []
    moved = uploads.jobs.get(job.id)
    assert (moved.status, moved.stage) == (Status.PROCESSING, Stage.WAITING)
    assert queue.receive(wait_s=1, visibility_s=30).message_id == moved.sqs_message_id


def test_s3s_own_test_is_no_upload(events, upload_events):
    (announcement,) = told(upload_events)
    assert json.loads(announcement["body"])["Event"] == "s3:TestEvent"
    assert events.handle([announcement]) == []


def test_keys_arrive_as_in_a_form(events, uploads, engine, media, tmp_path):
    path = tmp_path / "video"
    path.write_bytes(b"video")
    job = an_upload(uploads, engine, owner="coach-2")
    written = job.s3_key.replace("/", "%2F").replace("coach-2", "coach%2D2")
    assert events.handle([about(written)]) == []
    assert uploads.jobs.get(job.id).stage == Stage.WAITING


@given(owner=st.text(min_size=1), session_id=st.uuids(), job_id=st.uuids())
def test_every_key_we_make_leads_back_to_its_job(owner, session_id, job_id):
    assert uploaded_job(upload_key(owner, session_id, job_id)) == job_id


@given(st.text())
def test_a_key_that_we_never_made_leads_to_no_job(key):
    assert uploaded_job(f"uploads/{key}") is None


@pytest.mark.parametrize(
    "key",
    [
        "uploads/somebody+else/notes.txt",
        "results/1/2/results.json",
        f"uploads/coach/session/{'-' * 36}/source",
        upload_key(COACH, UUID(int=1), UUID(int=2)),
    ],
)
def test_keys_of_others_and_of_unknown_jobs_are_dropped(events, key):
    assert events.handle([about(key)]) == []


def test_an_upload_that_the_app_completed_is_sent_once(
    events, uploads, engine, queue, upload_events
):
    job = an_upload(uploads, engine)
    uploads.complete(job.id, owner=COACH)
    assert events.handle(told(upload_events)) == []
    assert queue.depth().total == 1


@pytest.mark.parametrize("announced", [3, None])
def test_an_upload_that_cannot_be_completed_is_dropped(
    uploads, engine, upload_events, media, announced
):
    job = an_upload(uploads, engine)
    events = UploadEvents(replace(uploads, limits=UploadSettings(max_upload_bytes=2)))
    if announced is None:
        media.delete([job.s3_key])
    assert events.handle(told(upload_events)) == []
    assert uploads.jobs.get(job.id).stage == Stage.AWAITING_UPLOAD


def test_while_a_service_is_away_only_its_message_comes_again(
    uploads, engine, queue_settings, events
):
    job = an_upload(uploads, engine)
    away = JobQueue(sqs_client(queue_settings), queue_settings.sqs_queue_url + "-gone")
    broken = UploadEvents(replace(uploads, dispatcher=replace(uploads.dispatcher, queue=away)))
    ours, foreign = about(job.s3_key), about("uploads/else")
    assert broken.handle([ours, foreign]) == [ours["messageId"]]
    assert events.handle([ours]) == []
    assert uploads.jobs.get(job.id).sqs_message_id is not None


@pytest.mark.parametrize("body", ["no json", "{}", '{"Records": [{"s3": {}}]}', "[]"])
def test_a_message_that_makes_no_sense_is_left_for_the_dead_letter_queue(events, body):
    assert events.handle([{"messageId": "m", "body": body}]) == ["m"]


def test_a_job_that_breaks_the_handling_holds_up_no_other(events, uploads, engine):
    odd, fine = an_upload(uploads, engine), an_upload(uploads, engine)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            'UPDATE video_analysis_jobs SET settings = \'{"sample_fps": "fast"}\' WHERE id = %s',
            (odd.id,),
        )
    messages = [about(odd.s3_key), about(fine.s3_key)]
    assert events.handle(messages) == [messages[0]["messageId"]]
    assert uploads.jobs.get(fine.id).sqs_message_id is not None
