"""A large video in parts: cut, sent, resumed, put together, given up."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import pytest

from shared.job_store import JobStore
from shared.jobs import JobKind
from shared.media.store import MediaStore
from shared.settings import UploadSettings
from shared.uploads.videos import NewUpload, Uploads
from tests.builders import a_job, a_session
from tests.sweeping import a_sweeper, set_row

PART = 5 * 1024 * 1024
"""As small as S3 lets a part be."""

FIRST, LAST = bytes(PART), b"0123456789"
SIZE = len(FIRST) + len(LAST)
LONG_AGO = timedelta(days=1)


@pytest.fixture
def client(deploy):
    return deploy(UPLOAD_PART_BYTES=str(PART))


@pytest.fixture
def session(engine) -> str:
    return str(a_session(engine))


@pytest.fixture
def begun(client, session):
    """An upload in two parts, of which nothing was sent."""
    fields = {"session_id": session, "size_bytes": SIZE, "multipart": True}
    answer = client.post("/videos/upload/initiate", fields | {"content_type": "video/mp4"})
    assert answer.status == 201, answer
    return answer.json


def _send(upload, *numbers: int) -> dict[int, str]:
    """PUT these parts; return their tags."""
    etags = {}
    for part in upload["upload"]["parts"]:
        if part["part_number"] in numbers:
            content = FIRST if part["part_number"] == 1 else LAST
            answer = httpx.put(part["url"], content=content)
            assert answer.status_code == 200
            etags[part["part_number"]] = answer.headers["ETag"]
    return etags


def _complete(client, upload, **fields):
    return client.post("/videos/upload/complete", {"job_id": upload["job_id"], **fields})


def _resume(client, upload):
    return client.get(f"/videos/upload/{upload['job_id']}")


def _named(etags):
    return [{"part_number": number, "etag": etag} for number, etag in etags.items()]


def _open_uploads(media):
    return media._client.list_multipart_uploads(Bucket=media.bucket).get("Uploads", [])


def test_a_video_is_cut_and_each_part_has_its_url(begun):
    assert (begun["presigned_url"], begun["method"], begun["headers"]) == (None, None, None)
    assert begun["upload"]["part_size_bytes"] == PART
    parts = begun["upload"]["parts"]
    assert [(part["part_number"], part["size_bytes"]) for part in parts] == [(1, PART), (2, 10)]
    assert not any(part["done"] for part in parts)
    assert all("X-Amz-Signature" in part["url"] for part in parts)


def test_the_length_of_a_part_is_signed(begun):
    url = httpx.URL(begun["upload"]["parts"][0]["url"])
    assert url.params["X-Amz-SignedHeaders"] == "content-length;host"


@pytest.mark.parametrize(("size", "in_parts"), [(100_000_000, False), (100_000_001, True)])
def test_above_100_mb_a_video_goes_in_parts(client, session, size, in_parts):
    fields = {"session_id": session, "size_bytes": size}
    upload = client.post("/videos/upload/initiate", fields).json
    assert (upload["upload"] is not None) is in_parts
    assert (upload["presigned_url"] is None) is in_parts


def test_the_urls_of_the_largest_video_fit_an_answer(client, session):
    fields = {"session_id": session, "size_bytes": 2048 * 1024 * 1024}
    answer = client.post("/videos/upload/initiate", fields)
    assert len(answer.json["upload"]["parts"]) <= 400
    assert len(answer.body) < 1_000_000


def test_without_a_size_there_is_nothing_to_cut(client, session, media):
    answer = client.post("/videos/upload/initiate", {"session_id": session, "multipart": True})
    assert (answer.status, answer.code) == (422, "INVALID_REQUEST")
    assert [error["pointer"] for error in answer.json["errors"]] == ["#/size_bytes"]
    assert client.get("/analysis-jobs").json["items"] == []
    assert _open_uploads(media) == []


@pytest.mark.parametrize("named", [True, False])
def test_parts_in_any_order_become_the_video(client, begun, media, queue, named):
    etags = _send(begun, 2) | _send(begun, 1)
    answer = _complete(client, begun, **({"parts": _named(etags)} if named else {}))
    assert (answer.status, answer.json["status"]) == (202, "processing")
    assert media.read(begun["s3_key"]) == FIRST + LAST
    head = media._client.head_object(Bucket=media.bucket, Key=begun["s3_key"])
    assert head["ContentType"] == "video/mp4"
    assert queue.receive(wait_s=1, visibility_s=30) is not None


def test_completing_again_changes_nothing(client, begun):
    etags = _send(begun, 1, 2)
    first = _complete(client, begun, parts=_named(etags))
    assert _complete(client, begun, parts=_named(etags)).json == first.json
    assert _complete(client, begun).json == first.json


def test_completing_goes_on_where_the_parts_were_put_together_and_no_more(client, begun, media):
    """A Lambda died between the two steps, or another one was faster."""
    _send(begun, 1, 2)
    upload_id = begun["upload"]["upload_id"]
    stored = media.stored_parts(begun["s3_key"], upload_id)
    media.complete_multipart(begun["s3_key"], upload_id, list(stored.values()))
    media.complete_multipart(begun["s3_key"], upload_id, list(stored.values()))
    assert _resume(client, begun).json["upload"] is None
    assert _complete(client, begun).status == 202


def test_missing_parts_are_named_and_nothing_is_lost(client, begun, media):
    _send(begun, 1)
    answer = _complete(client, begun)
    assert (answer.status, answer.code) == (409, "UPLOAD_MISSING")
    assert "not arrived yet: 2." in answer.json["detail"]
    assert media.head(begun["s3_key"]) is None
    _send(begun, 2)
    assert _complete(client, begun).status == 202


@pytest.mark.parametrize("wrong", [{1: "other"}, {2: None}, {3: "more"}], ids=str)
def test_other_parts_than_named_are_refused_and_nothing_is_lost(client, begun, media, wrong):
    etags = _send(begun, 1, 2)
    named = {number: etag for number, etag in (etags | wrong).items() if etag is not None}
    answer = _complete(client, begun, parts=_named(named))
    assert (answer.status, answer.code) == (409, "UPLOAD_MISMATCH")
    assert f"part {next(iter(wrong))}." in answer.json["detail"]
    assert media.head(begun["s3_key"]) is None
    assert _complete(client, begun, parts=_named(etags)).status == 202


def test_a_part_of_another_length_counts_as_missing(client, begun, media):
    """moto lets it through; S3 itself refuses it by its signature."""
    _send(begun, 2)
    httpx.put(begun["upload"]["parts"][0]["url"], content=FIRST + b"x")
    assert _complete(client, begun).code == "UPLOAD_MISSING"
    assert [part["done"] for part in _resume(client, begun).json["upload"]["parts"]] == [
        False,
        True,
    ]


def test_parts_of_a_video_that_has_none_are_refused(client, session):
    upload = client.post("/videos/upload/initiate", {"session_id": session}).json
    answer = _complete(client, upload, parts=[{"part_number": 1, "etag": "x"}])
    assert (answer.status, answer.code) == (409, "UPLOAD_MISMATCH")


@pytest.mark.parametrize(
    "parts",
    [[], [{"part_number": 0, "etag": "x"}], [{"part_number": 1}], [{"part_number": 1, "etag": ""}]],
    ids=str,
)
def test_parts_that_do_not_fit_are_refused(client, begun, parts):
    assert _complete(client, begun, parts=parts).code == "INVALID_REQUEST"


# --- resuming -----------------------------------------------------------------------------------


def test_an_upload_in_parts_is_resumed_where_it_broke_off(client, begun, engine):
    etags = _send(begun, 1)
    set_row(engine, UUID(begun["job_id"]), upload_expires_at=datetime.now(UTC) - LONG_AGO)
    resumed = _resume(client, begun).json
    one, two = resumed["upload"]["parts"]
    assert (one["done"], one["etag"], one["url"]) == (True, etags[1].strip('"'), None)
    assert (two["done"], two["etag"]) == (False, None)
    assert resumed["upload"]["upload_id"] == begun["upload"]["upload_id"]
    assert JobStore(engine).get(UUID(begun["job_id"])).upload_expires_at > datetime.now(UTC)
    _send(resumed, 2)
    assert _complete(client, begun).status == 202


def test_an_upload_that_s3_gave_up_begins_anew(client, begun, media):
    media.abort_multipart(begun["s3_key"], begun["upload"]["upload_id"])
    assert _complete(client, begun).code == "UPLOAD_MISSING"
    resumed = _resume(client, begun).json
    assert resumed["upload"]["upload_id"] != begun["upload"]["upload_id"]
    _send(resumed, 1, 2)
    assert _complete(client, begun).status == 202


def test_an_upload_by_one_put_gets_a_new_url(client, session):
    announced = {"session_id": session, "content_type": "video/mp4", "size_bytes": 10}
    upload = client.post("/videos/upload/initiate", announced).json
    resumed = _resume(client, upload).json
    assert resumed["headers"] == upload["headers"]
    assert resumed["upload"] is None
    put = httpx.put(resumed["presigned_url"], headers=resumed["headers"], content=LAST)
    assert put.status_code == 200


def test_what_has_arrived_has_no_urls_any_more(client, session):
    upload = client.post("/videos/upload/initiate", {"session_id": session}).json
    httpx.put(upload["presigned_url"], headers=upload["headers"], content=LAST)
    for status in ("queued", "processing"):
        resumed = _resume(client, upload).json
        assert resumed["status"] == status
        assert (resumed["presigned_url"], resumed["upload"], resumed["expires_in"]) == (
            None,
            None,
            None,
        )
        assert _complete(client, upload).status == 202


@pytest.mark.parametrize(("way", "status"), [("cancel", "cancelled"), ("expire", "failed")])
def test_an_upload_that_is_over_says_how(client, begun, engine, media, queue, way, status):
    if way == "cancel":
        client.post(f"/analysis-jobs/{begun['job_id']}/cancel")
    else:
        set_row(engine, UUID(begun["job_id"]), upload_expires_at=datetime.now(UTC) - LONG_AGO)
        set_row(engine, UUID(begun["job_id"]), updated_at=datetime.now(UTC) - LONG_AGO)
        assert a_sweeper(engine, media, queue).sweep().uploads_failed == 1
    assert _open_uploads(media) == []
    resumed = _resume(client, begun).json
    assert (resumed["status"], resumed["upload"]) == (status, None)


def test_what_awaits_no_video_cannot_be_resumed_or_completed(client, engine, session):
    job = a_job(engine, session_id=UUID(session))
    set_row(engine, job, kind=JobKind.IMAGES)
    assert client.get(f"/videos/upload/{job}").code == "JOB_NOT_FOUND"
    assert _complete(client, {"job_id": str(job)}).code == "JOB_NOT_FOUND"


@pytest.mark.parametrize("path", ["initiate", "complete"])
def test_the_other_ends_of_an_upload_take_no_get(client, path):
    answer = client.get(f"/videos/upload/{path}")
    assert (answer.status, answer.code) == (405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == "POST"


def test_another_part_size_is_for_uploads_that_begin(client, deploy, begun):
    etags = _send(begun, 1)
    later = deploy(UPLOAD_PART_BYTES=str(2 * PART))
    resumed = _resume(later, begun).json
    assert resumed["upload"]["part_size_bytes"] == PART
    assert [part["done"] for part in resumed["upload"]["parts"]] == [True, False]
    etags |= _send(resumed, 2)
    assert _complete(later, begun, parts=_named(etags)).status == 202


# --- without the app ----------------------------------------------------------------------------


def test_parts_that_are_all_there_are_put_together_by_the_sweeper(
    client, begun, engine, media, queue
):
    _send(begun, 1, 2)
    job_id = UUID(begun["job_id"])
    set_row(engine, job_id, upload_expires_at=datetime.now(UTC) - LONG_AGO)
    set_row(engine, job_id, updated_at=datetime.now(UTC) - LONG_AGO)
    assert a_sweeper(engine, media, queue).sweep().uploads_completed == 1
    assert media.read(begun["s3_key"]) == FIRST + LAST
    assert client.get(f"/analysis-jobs/{job_id}").json["status"] == "processing"


def test_parts_that_could_not_be_dropped_are_dropped_when_the_job_is_long_over(
    client, begun, engine, media, queue
):
    job_id = UUID(begun["job_id"])
    JobStore(engine).cancel(job_id, owner="coach-1")  # and S3 was away
    set_row(engine, job_id, completed_at=datetime.now(UTC) - LONG_AGO)
    set_row(engine, job_id, updated_at=datetime.now(UTC) - LONG_AGO)
    assert len(_open_uploads(media)) == 1
    assert a_sweeper(engine, media, queue).sweep().tidied == 1
    assert _open_uploads(media) == []


class Dies(MediaStore):
    """A process that dies when S3 has begun the upload and the row does not say so yet."""

    def begin_multipart(self, key, **terms):
        super().begin_multipart(key, **terms)
        raise KeyboardInterrupt


@pytest.fixture
def half_begun(engine, media, queue, session):
    uploads = Uploads.on(engine, Dies(media._client, media.bucket), queue, UploadSettings())
    upload = NewUpload(UUID(session), {}, include_frames=True, size_bytes=SIZE, multipart=True)
    with pytest.raises(KeyboardInterrupt):
        uploads.initiate_in_parts("coach-1", upload)
    (job,) = JobStore(engine).page("coach-1", limit=9, after=None)
    assert len(_open_uploads(media)) == 1
    return job


def test_an_upload_that_the_row_does_not_know_is_dropped_with_the_job(client, half_begun, media):
    client.post(f"/analysis-jobs/{half_begun.id}/cancel")
    assert _open_uploads(media) == []


def test_one_can_be_begun_all_the_same(client, half_begun):
    upload = _resume(client, {"job_id": str(half_begun.id)}).json
    _send(upload, 1, 2)
    assert _complete(client, upload).status == 202
