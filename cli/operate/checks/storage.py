"""The bucket: reachable, takes an upload as a phone makes it, tells of it, lets browsers in."""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import uuid4

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from cli.api_client import http_client
from cli.operate.checks.check import Check, Seen, failed, ok, skipped, warn
from cli.operate.system import System
from shared.errors import StorageError
from shared.media.store import DOCTOR_TRIAL, UPLOADS, PresignedPut

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import QueueConfigurationOutputTypeDef

TRIAL_URL_LIFE_S = 60

TELLING_EVENTS = frozenset({"s3:ObjectCreated:*", "s3:ObjectCreated:Put"})

_SETTINGS_ADVICE = "Deploy the stack again; it sets the bucket up."


def bucket(system: System) -> Seen:
    """It answers."""
    system.media.check()
    return ok(f"{system.media.bucket} answers")


def round_trip(system: System) -> Seen:
    """A presigned PUT goes through, only once, and what was put comes back. It is removed again.

    The key is always the same, and a URL cannot overwrite: of two doctors one goes first.
    """
    key, body = DOCTOR_TRIAL, uuid4().bytes
    if system.media.head(key) is not None:
        return warn(f"{key} lies there: another doctor is at it, or one was killed", _TRIAL_ADVICE)
    checksum = base64.b64encode(hashlib.sha256(body).digest()).decode()
    put = system.media.presign_put(
        key, expires_in_s=TRIAL_URL_LIFE_S, size_bytes=len(body), checksum_sha256=checksum
    )
    try:
        return _put_and_compare(system, key, put, body)
    except httpx.TransportError as error:
        raise StorageError from error
    finally:
        system.media.delete([key])


def tells_of_uploads(system: System) -> Seen:
    """An upload becomes a message in the queue of upload events."""
    if system.upload_events is None:
        return skipped("SQS_UPLOAD_EVENTS_QUEUE_URL is not set")
    arn = system.upload_events.attributes()["QueueArn"]
    with _translated():
        told = system.s3.get_bucket_notification_configuration(Bucket=system.media.bucket)
    if any(_tells(one, arn) for one in told.get("QueueConfigurations", ())):
        return ok(f"uploads below {UPLOADS} are announced in the queue")
    return failed(
        "the bucket does not announce uploads in the queue: a phone that dies between upload and "
        "complete loses its video",
        _SETTINGS_ADVICE,
    )


def lets_browsers_put(system: System) -> Seen:
    """CORS allows PUT, or the stage names no web pages at all."""
    try:
        with _translated():
            rules = system.s3.get_bucket_cors(Bucket=system.media.bucket)["CORSRules"]
    except StorageError as error:
        if _code(error) != "NoSuchCORSConfiguration":
            raise
        return ok("no web page may upload; apps may")
    origins = sorted(
        {
            name
            for rule in rules
            if "PUT" in rule["AllowedMethods"]
            for name in rule["AllowedOrigins"]
        }
    )
    if not origins:
        return failed("CORS does not allow PUT: no browser can upload", _SETTINGS_ADVICE)
    return ok(f"CORS allows PUT from {', '.join(origins)}")


CHECKS = (
    Check("bucket", "S3 or SQS away", bucket),
    Check("upload_round_trip", "Upload refused", round_trip, needs=frozenset({"bucket"})),
    Check(
        "upload_notification",
        "Upload events not consumed",
        tells_of_uploads,
        needs=frozenset({"bucket", "upload_events"}),
    ),
    Check("cors", "Upload refused", lets_browsers_put, needs=frozenset({"bucket"})),
)


def _put_and_compare(system: System, key: str, put: PresignedPut, body: bytes) -> Seen:
    with http_client(put.url) as http:
        first = http.put(put.url, headers=dict(put.headers), content=body)
        if not first.is_success:
            return failed(f"a presigned PUT was refused (HTTP {first.status_code})", _PUT_ADVICE)
        again = http.put(put.url, headers=dict(put.headers), content=body)
        back = http.get(system.media.presign_get(key, expires_in_s=TRIAL_URL_LIFE_S))
    stored = system.media.head(key)
    if stored is None or stored.size_bytes != len(body) or back.content != body:
        return failed("what was put did not come back the same", _PUT_ADVICE)
    if again.status_code != HTTPStatus.PRECONDITION_FAILED:
        return failed("a presigned URL could be used to overwrite an upload", _PUT_ADVICE)
    return ok(f"PUT, HEAD, GET and DELETE in {_ms(first)} + {_ms(back)}")


_TRIAL_ADVICE = "Look again in a minute. If it stays, remove it; on AWS it goes within two days."

_PUT_ADVICE = "Look at the bucket's policy, its encryption, and the rights of whoever signs."


def _ms(answer: httpx.Response) -> str:
    return f"{answer.elapsed.total_seconds() * 1000:.0f} ms"


def _tells(one: "QueueConfigurationOutputTypeDef", arn: str) -> bool:
    rules = one.get("Filter", {}).get("Key", {}).get("FilterRules", [])
    let_through = all(
        rule["Name"].lower() == "prefix" and UPLOADS.startswith(rule["Value"]) for rule in rules
    )
    return one["QueueArn"] == arn and bool(TELLING_EVENTS & set(one["Events"])) and let_through


def _code(error: StorageError) -> str:
    cause = error.__cause__
    return cause.response["Error"]["Code"] if isinstance(cause, ClientError) else ""


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise StorageError from error
