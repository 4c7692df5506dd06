"""What S3 itself refuses, because we signed it: against ministack, which checks as S3 does."""

import time
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from uuid import uuid4

import boto3
import httpx
import pytest
from botocore.config import Config

from local.aws_environment import REGION
from shared.media.multipart import Part
from shared.media.store import MediaStore, PresignedPut
from shared.models import VideoAnalysisJob
from shared.settings import UploadSettings
from shared.uploads.places import UploadPlaces
from tests.builders import a_session
from tests.contract.forms import form
from tests.rig.ministack import KEY, ministack

VIDEO = b"0123456789"
PART = 5 * 1024 * 1024

REFUSED, WRONG_CONTENT, THERE_ALREADY = 403, 400, 412


def _checksum(content: bytes) -> str:
    return b64encode(sha256(content).digest()).decode()


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory):
    with ministack(tmp_path_factory.mktemp("ministack")) as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def media(endpoint) -> MediaStore:
    """A bucket there, behind a client as `shared.aws` builds it."""
    client = boto3.client(
        "s3",
        region_name=REGION,
        endpoint_url=endpoint,
        aws_access_key_id=KEY,
        aws_secret_access_key=KEY,
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )
    client.create_bucket(Bucket="media")
    return MediaStore(client, "media")


@pytest.fixture
def key() -> str:
    return f"uploads/coach-1/{uuid4()}/source"


@pytest.fixture
def put(media, key) -> PresignedPut:
    """The place of a video of which everything was announced."""
    job = VideoAnalysisJob(s3_key=key, content_type="video/mp4", declared_bytes=len(VIDEO))
    places = UploadPlaces(media, UploadSettings())
    return places.for_one_put(job, checksum_sha256=_checksum(VIDEO))


def _send(url: str, headers: Mapping[str, str], content: bytes = VIDEO) -> int:
    return httpx.put(url, headers=dict(headers), content=content).status_code


def _without(headers: Mapping[str, str], name: str) -> dict[str, str]:
    return {known: value for known, value in headers.items() if known != name}


def test_the_video_that_was_announced_is_taken(put, media, key):
    assert _send(put.url, put.headers) == 200
    assert media.read(key) == VIDEO


WRONG_PUTS = {
    # changed headers, content, answer
    "another type": ({"Content-Type": "image/png"}, VIDEO, REFUSED),
    "no type": ({"Content-Type": None}, VIDEO, REFUSED),
    "shorter": ({"Content-Length": "9"}, VIDEO[:9], REFUSED),
    "longer": ({"Content-Length": "11"}, VIDEO + b"x", REFUSED),
    "another content": ({}, b"9876543210", WRONG_CONTENT),
    "another checksum": (
        {"x-amz-checksum-sha256": _checksum(b"9876543210")},
        b"9876543210",
        REFUSED,
    ),
    "no checksum": ({"x-amz-checksum-sha256": None}, VIDEO, REFUSED),
    "without protection from overwriting": ({"If-None-Match": None}, VIDEO, REFUSED),
}


@pytest.mark.parametrize(
    ("changes", "content", "answer"), WRONG_PUTS.values(), ids=WRONG_PUTS.keys()
)
def test_anything_else_than_was_announced_is_refused(put, media, key, changes, content, answer):
    changed = {**put.headers, **changes}
    headers = {name: value for name, value in changed.items() if value is not None}
    assert _send(put.url, headers, content) == answer
    assert media.head(key) is None


def _with(url: str, **query: str) -> str:
    return str(httpx.URL(url).copy_merge_params({f"X-Amz-{n}": v for n, v in query.items()}))


TAMPERED = {
    "another key": lambda url: url.replace("/source?", "/other?"),
    "another bucket": lambda url: url.replace("/media/", "/other/"),
    "a longer life": lambda url: _with(url, Expires="604800"),
    "a later date": lambda url: _with(url, Date="20990101T000000Z"),
    "a header left unsigned": lambda url: _with(url, SignedHeaders="host"),
    "another signature": lambda url: _with(url, Signature="0" * 64),
    "another signer": lambda url: _with(url, Credential="evil/20261120/us-east-1/s3/aws4_request"),
}


@pytest.mark.parametrize("tamper", TAMPERED.values(), ids=TAMPERED.keys())
def test_a_url_that_was_changed_opens_nothing(put, media, key, tamper):
    assert _send(tamper(put.url), put.headers) == REFUSED
    assert media.keys(key.removesuffix("source")) == []


@pytest.mark.parametrize("method", ["GET", "DELETE", "POST"])
def test_the_url_is_for_a_put_only(put, media, key, method):
    assert _send(put.url, put.headers) == 200
    answer = httpx.request(method, put.url, headers=dict(put.headers), content=VIDEO)
    assert answer.status_code == REFUSED
    assert media.read(key) == VIDEO


def test_a_second_put_is_refused_and_the_first_video_stays(put, media, key):
    assert _send(put.url, put.headers) == 200
    assert _send(put.url, put.headers) == THERE_ALREADY
    assert media.read(key) == VIDEO


def test_an_expired_url_opens_nothing(media, key):
    put = media.presign_put(key, expires_in_s=1)
    part = media.presign_part(key, media.begin_multipart(key), Part(1, 10), expires_in_s=1)
    time.sleep(1.5)
    assert _send(put.url, put.headers) == REFUSED
    assert _send(part, {}) == REFUSED
    assert media.head(key) is None


def test_what_was_not_announced_is_free_and_yet_nothing_is_overwritten(media, key):
    put = media.presign_put(key, expires_in_s=60)
    assert _send(put.url, {**put.headers, "Content-Type": "video/webm"}, b"any") == 200
    assert _send(put.url, put.headers, b"other") == THERE_ALREADY
    assert _send(put.url, _without(put.headers, "If-None-Match"), b"other") == REFUSED


def test_a_download_cannot_be_given_another_name(media, key, put):
    _send(put.url, put.headers)
    url = media.presign_get(key, expires_in_s=60, download_as="report.pdf")
    assert httpx.get(url).headers["Content-Disposition"] == 'attachment; filename="report.pdf"'
    assert httpx.get(url.replace("report.pdf", "virus.exe")).status_code == REFUSED


# --- in parts -----------------------------------------------------------------------------------


@pytest.fixture
def upload_id(media, key) -> str:
    return str(media.begin_multipart(key, content_type="video/mp4"))


def _part(media, key, upload_id, number=1, size_bytes=10) -> str:
    return str(media.presign_part(key, upload_id, Part(number, size_bytes), expires_in_s=60))


def test_a_part_has_exactly_its_length(media, key, upload_id):
    url = _part(media, key, upload_id)
    for content in (VIDEO[:9], VIDEO + b"x"):
        assert _send(url, {}, content) == REFUSED
    assert media.stored_parts(key, upload_id) == {}
    assert _send(url, {}) == 200
    assert [part.size_bytes for part in media.stored_parts(key, upload_id).values()] == [10]


@pytest.mark.parametrize(
    ("own", "other"),
    [("partNumber=1", "partNumber=2"), ("uploadId=", "uploadId=x"), ("/source?", "/other?")],
)
def test_a_url_is_for_its_own_part_only(media, key, upload_id, own, other):
    assert _send(_part(media, key, upload_id).replace(own, other), {}) == REFUSED
    assert media.stored_parts(key, upload_id) == {}


def test_parts_put_together_overwrite_nothing(media, key, upload_id, put):
    assert _send(_part(media, key, upload_id), {}, b"other 10 b") == 200
    assert _send(put.url, put.headers) == 200
    media.complete_multipart(key, upload_id, list(media.stored_parts(key, upload_id).values()))
    assert media.read(key) == VIDEO


def test_an_upload_that_was_given_up_takes_no_more_parts(media, key, upload_id):
    url = _part(media, key, upload_id)
    media.abort_multipart(key, upload_id)
    media.abort_multipart(key, upload_id)
    assert _send(url, {}) == 404
    assert media.stored_parts(key, upload_id) is None


def test_erasing_takes_every_version_and_every_part(media, key, put):
    client, folder = media._client, key.removesuffix("source")
    client.put_bucket_versioning(Bucket=media.bucket, VersioningConfiguration={"Status": "Enabled"})
    _send(put.url, put.headers)
    client.put_object(Bucket=media.bucket, Key=key, Body=b"newer")
    media.delete([key])
    upload_id = media.begin_multipart(key)
    assert media.erase_prefix(folder) == 3
    left = client.list_object_versions(Bucket=media.bucket, Prefix=folder)
    assert not left.get("Versions")
    assert not left.get("DeleteMarkers")
    assert media.stored_parts(key, upload_id) is None
    client.put_bucket_versioning(
        Bucket=media.bucket, VersioningConfiguration={"Status": "Suspended"}
    )


# --- through the API ----------------------------------------------------------------------------


@pytest.fixture
def client(deploy, endpoint, media, monkeypatch):
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it would keep moto's credentials
    return deploy(
        AWS_ENDPOINT_URL_S3=endpoint,
        S3_BUCKET=media.bucket,
        AWS_ACCESS_KEY_ID=KEY,
        AWS_SECRET_ACCESS_KEY=KEY,
        UPLOAD_PART_BYTES=str(PART),
    )


@pytest.fixture
def session(engine) -> str:
    return str(a_session(engine))


def _initiate(client, **fields):
    answer = client.post("/videos/upload/initiate", fields)
    assert answer.status == 201, answer
    return answer.json


def _complete(client, upload):
    return client.post("/videos/upload/complete", {"job_id": upload["job_id"]})


def test_an_announced_video_goes_through_the_api_and_no_other(client, session, media):
    upload = _initiate(
        client,
        session_id=session,
        content_type="video/mp4",
        size_bytes=len(VIDEO),
        checksum_sha256=_checksum(VIDEO),
    )
    url, headers = upload["presigned_url"], upload["headers"]
    assert _send(url, headers, b"9876543210") == WRONG_CONTENT
    assert _send(url, {**headers, "Content-Type": "image/png"}) == REFUSED
    assert _complete(client, upload).code == "UPLOAD_MISSING"
    assert _send(url, headers) == 200
    assert _complete(client, upload).status == 202
    assert media.read(upload["s3_key"]) == VIDEO


def test_a_video_in_parts_goes_through_the_api(client, session, media):
    film = bytes(PART) + VIDEO
    upload = _initiate(client, session_id=session, size_bytes=len(film), multipart=True)
    one, two = (part["url"] for part in upload["upload"]["parts"])
    assert _send(two, {}, VIDEO) == 200
    assert _complete(client, upload).code == "UPLOAD_MISSING"
    resumed = client.get(f"/videos/upload/{upload['job_id']}").json
    assert [part["done"] for part in resumed["upload"]["parts"]] == [False, True]
    assert _send(one, {}, film[:PART]) == 200
    assert _complete(client, upload).status == 202
    assert _complete(client, upload).status == 202
    assert media.read(upload["s3_key"]) == film


def test_a_small_clip_goes_through_the_api(client, session, media):
    clip = b"\0\0\0\x18ftypisom" + bytes(88)
    body, headers = form([("clip.mp4", clip)], field="file", session_id=session)
    assert client.post("/videos/upload", body, headers=headers).status == 202
    assert clip in [media.read(key) for key in media.keys("uploads/") if session in key]
