from uuid import uuid4

import httpx
import pytest

from shared.aws import s3_client
from shared.errors import ObjectMissing, StorageError
from shared.media_store import MediaStore, results_prefix, upload_key


def test_a_presigned_put_stores_exactly_the_bytes(media):
    put = media.presign_put(
        "uploads/a/source", expires_in_s=60, content_type="video/mp4", size_bytes=5
    )
    answer = httpx.put(put.url, headers=dict(put.headers), content=b"video")
    assert answer.status_code == 200
    assert media.read("uploads/a/source") == b"video"
    assert media.head("uploads/a/source").size_bytes == 5


def test_type_length_checksum_and_overwrite_protection_are_signed(media):
    put = media.presign_put(
        "k", expires_in_s=60, content_type="video/mp4", size_bytes=5, checksum_sha256="A" * 43 + "="
    )
    query = httpx.URL(put.url).params
    signed = query["X-Amz-SignedHeaders"].split(";")
    assert query["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"
    assert {"content-type", "content-length", "if-none-match"} <= set(signed)
    assert {name.lower() for name in put.headers} <= set(signed) | {"x-amz-checksum-sha256"}


def test_a_missing_object_is_told_apart_from_a_broken_store(media, storage, tmp_path):
    assert media.head("nothing") is None
    with pytest.raises(ObjectMissing, match="404"):
        media.download("nothing", tmp_path / "x")
    away = storage.model_copy(update={"s3_bucket": "no-such-bucket"})
    with pytest.raises(StorageError):
        MediaStore(s3_client(away), "no-such-bucket").check()


def test_delete_prefix_takes_everything_below_it_and_nothing_else(media, tmp_path):
    file = tmp_path / "f"
    file.write_bytes(b"x")
    for key in ("results/a/1/x", "results/a/1/y", "results/a/2/x"):
        media.upload(file, key, content_type="text/plain")
    assert media.delete_prefix("results/a/1/") == 2
    assert media.head("results/a/2/x") is not None
    assert media.delete_prefix("results/a/1/") == 0


def test_keys_hold_owner_session_job_and_attempt():
    session, job = uuid4(), uuid4()
    assert upload_key("coach-1", session, job) == f"uploads/coach-1/{session}/{job}/source"
    assert results_prefix(job, 2) == f"results/{job}/2/"


@pytest.mark.parametrize("owner", ["../../x", "auth0|7", "ö", "a/b", "", "x" * 65])
def test_an_unusual_owner_never_shapes_the_key(owner):
    key = upload_key(owner, uuid4(), uuid4())
    folder = key.split("/")[1]
    assert len(folder) == 32
    assert folder.isalnum()
    assert key.count("/") == 4
