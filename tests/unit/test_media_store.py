import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from uuid import uuid4

import httpx
import pytest

from shared.aws import s3_client
from shared.errors import ObjectMissing, StorageError
from shared.media.multipart import StoredPart
from shared.media.store import MediaStore, results_prefix, upload_key


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


# --- transfers ----------------------------------------------------------------------------------


class Stop(Exception):
    """What a check raises."""


class StopAfter:
    """Raises once it was asked so many times."""

    def __init__(self, times):
        self._left = times

    def __call__(self):
        self._left -= 1
        if self._left < 0:
            raise Stop


@contextmanager
def _s3_that_says(status: int) -> Iterator[str]:
    """A server that answers everything with one status and no body."""

    class Refusal(BaseHTTPRequestHandler):
        def do_HEAD(self):  # which a download begins with
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with _served(Refusal) as endpoint:
        yield endpoint


@contextmanager
def _served(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@contextmanager
def _s3_that_stores_slowly() -> Iterator[tuple[str, Event, Event]]:
    """A server that has an object long before it says so; sets the first when it has, then both."""
    arrived, stored = Event(), Event()

    class Slow(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self):
            arrived.set()
            time.sleep(1)
            stored.set()
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.send_header("Connection", "close")
            self.end_headers()

        def log_message(self, *_):
            pass

    with _served(Slow) as endpoint:
        yield endpoint, arrived, stored


def _at(storage, endpoint):
    away = storage.model_copy(update={"aws_endpoint_url_s3": endpoint})
    return MediaStore(s3_client(away), storage.s3_bucket)


@pytest.fixture
def large(tmp_path):
    """Twenty MiB: more than one part."""
    file = tmp_path / "large"
    file.write_bytes(bytes(20 << 20))
    return file


@pytest.fixture
def silent(storage):
    """A bucket behind a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield _at(storage, f"http://127.0.0.1:{server.getsockname()[1]}")


def test_a_large_file_travels_there_and_back(media, large, tmp_path):
    media.upload(large, "k", content_type="video/mp4")
    media.download("k", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == large.read_bytes()


def test_what_the_check_raises_ends_a_download_and_leaves_no_file(media, large, tmp_path):
    media.upload(large, "k", content_type="video/mp4")
    with pytest.raises(Stop):
        media.download("k", tmp_path / "back", check=StopAfter(2))
    assert not (tmp_path / "back").exists()


def test_what_the_check_raises_ends_an_upload_and_leaves_no_object(media, large):
    with pytest.raises(Stop):
        media.upload(large, "k", content_type="video/mp4", check=StopAfter(2))
    assert media.head("k") is None


def test_a_download_ends_within_two_seconds_while_s3_is_silent(silent, tmp_path):
    began = time.monotonic()
    with pytest.raises(Stop):
        silent.download("k", tmp_path / "back", check=StopAfter(3))
    assert time.monotonic() - began < 2


def test_an_upload_that_s3_does_not_answer_is_waited_for_no_longer_than_is_said(silent, large):
    hasty = MediaStore(silent._client, silent.bucket, upload_farewell_s=0.3)
    began = time.monotonic()
    with pytest.raises(Stop):
        hasty.upload(large, "k", content_type="text/plain", check=StopAfter(3))
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("status", "said"), [(403, "403 Forbidden"), (500, "500 Internal Server"), (520, "520$")]
)
def test_a_refused_download_says_the_status_and_no_more(storage, tmp_path, status, said):
    with _s3_that_says(status) as endpoint, pytest.raises(StorageError, match=f"^{said}"):
        _at(storage, endpoint).download("k", tmp_path / "x")


def test_what_s3_has_already_of_an_upload_given_up_is_there_before_it_is_over(storage, tmp_path):
    """So that whoever tidies up afterwards finds it."""
    (tmp_path / "small").write_bytes(b"x")
    with _s3_that_stores_slowly() as (endpoint, arrived, stored):

        def stop_once_it_arrived():
            if arrived.is_set():
                raise Stop

        with pytest.raises(Stop):
            _at(storage, endpoint).upload(
                tmp_path / "small", "k", content_type="text/plain", check=stop_once_it_arrived
            )
        assert stored.is_set()


def test_a_copy_keeps_the_bytes_and_how_they_are_packed(media, tmp_path):
    file = tmp_path / "f"
    file.write_bytes(b"x")
    media.upload(file, "a", content_type="application/json", content_encoding="gzip")
    media.copy("a", "b")
    answer = media._client.get_object(Bucket=media.bucket, Key="b")
    assert (answer["ContentType"], answer["ContentEncoding"]) == ("application/json", "gzip")
    assert answer["Body"].read() == b"x"


def test_a_copy_of_nothing_is_an_object_that_is_missing(media):
    with pytest.raises(ObjectMissing):
        media.copy("nothing", "b")


# --- erasing ------------------------------------------------------------------------------------


@pytest.fixture
def with_versions(media):
    """The bucket keeps versions, as the stack's does."""
    media._client.put_bucket_versioning(
        Bucket=media.bucket, VersioningConfiguration={"Status": "Enabled"}
    )


def _versions(media, prefix):
    answer = media._client.list_object_versions(Bucket=media.bucket, Prefix=prefix)
    return [*answer.get("Versions", ()), *answer.get("DeleteMarkers", ())]


def _store(media, *keys):
    for key in keys:
        media._client.put_object(Bucket=media.bucket, Key=key, Body=b"x")


def test_erasing_takes_what_is_below_the_prefix_and_nothing_else(media):
    _store(media, "results/a/1/x", "results/a/2/y", "results/ab/1/x")
    assert media.erase_prefix("results/a/") == 2
    assert media.keys("results/") == ["results/ab/1/x"]
    assert media.erase_prefix("results/a/") == 0


def test_erasing_takes_every_version_and_delete_marker(media, with_versions):
    _store(media, "uploads/a/source", "uploads/a/source", "uploads/b/source")
    media.delete(["uploads/a/source"])
    assert len(_versions(media, "uploads/a/")) == 3
    assert media.erase_prefix("uploads/a/") == 3
    assert _versions(media, "uploads/a/") == []
    assert len(_versions(media, "uploads/b/")) == 1


def test_erasing_takes_the_parts_of_uploads_that_never_ended(media):
    mine = media.begin_multipart("uploads/a/source")
    others = media.begin_multipart("uploads/b/source")
    assert media.erase_prefix("uploads/a/") == 0
    assert media.stored_parts("uploads/a/source", mine) is None
    assert media.stored_parts("uploads/b/source", others) == {}


def test_parts_in_a_bucket_that_is_away_are_a_broken_store(media):
    away = MediaStore(media._client, "no-such-bucket")
    with pytest.raises(StorageError):
        away.complete_multipart("k", "an-upload", [StoredPart(1, 10, "tag")])


def test_a_small_file_overwrites_nothing(media):
    media.put("k", b"first", content_type="video/mp4")
    with pytest.raises(StorageError, match="412"):
        media.put("k", b"second", content_type="video/mp4")
    assert media.read("k") == b"first"


def test_a_download_can_have_a_name_and_another_type(media):
    _store(media, "k")
    url = media.presign_get(
        "k", expires_in_s=60, download_as="report.pdf", content_type="application/pdf"
    )
    answer = httpx.get(url)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="report.pdf"'
    assert answer.headers["Content-Type"] == "application/pdf"
