"""S3: presign, head, download, upload, copy, list, delete. Keys are made here and only here."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from botocore.exceptions import BotoCoreError, ClientError
from s3transfer.exceptions import RetriesExceededError, S3DownloadFailedError
from s3transfer.subscribers import BaseSubscriber

from shared.errors import ObjectMissing, StorageError
from shared.transfer import Check, transfer

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from s3transfer.futures import TransferFuture
    from s3transfer.manager import TransferManager

_PLAIN_OWNER = re.compile(r"[A-Za-z0-9_-]{1,64}")

UPLOADS = "uploads/"
"""Where all originals lie; what arrives here is announced on the queue of upload events."""

_UPLOAD_KEY = re.compile(rf"{UPLOADS}[^/]+/[^/]+/([0-9a-f-]{{36}})/source")

DELETE_AT_ONCE = 1000
"""As many keys as S3 takes in one request."""

UPLOAD_FAREWELL_S = 10.0
"""How long an upload given up may take to end: what S3 has already would appear after its removal.
"""

DOWNLOAD_FAREWELL_S = 1.0
"""As long as that for a download, which leaves nothing behind."""

_GONE = frozenset({"404", "NoSuchKey"})
"""HEAD has no body, so its code is the bare status: a missing bucket then looks the same."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What HEAD says."""

    size_bytes: int
    etag: str


@dataclass(frozen=True, slots=True)
class PresignedPut:
    """A URL that takes exactly one PUT with exactly these headers. Never log the URL."""

    url: str
    headers: Mapping[str, str]
    expires_in_s: int


def upload_key(owner: str, session_id: UUID, job_id: UUID) -> str:
    """Where the phone puts the original; an owner with unusual characters is hashed."""
    folder = owner if _PLAIN_OWNER.fullmatch(owner) else sha256(owner.encode()).hexdigest()[:32]
    return f"{UPLOADS}{folder}/{session_id}/{job_id}/source"


def uploaded_job(key: str) -> UUID | None:
    """Whose original lies at `key`: the way back of `upload_key`; None for any other key."""
    match = _UPLOAD_KEY.fullmatch(key)
    if match is None:
        return None
    try:
        return UUID(match[1])
    except ValueError:
        return None


def results_prefix(job_id: UUID, attempt: int) -> str:
    """Where one attempt puts its files; a stale worker cannot overwrite a newer attempt's."""
    return f"{all_results_prefix(job_id)}{attempt}/"


def all_results_prefix(job_id: UUID) -> str:
    """Where all attempts of a job put their files."""
    return f"results/{job_id}/"


class MediaStore:
    """The media bucket.

    Raises, from every method: `StorageError`; `ObjectMissing` where a key must exist.
    """

    def __init__(
        self, client: "S3Client", bucket: str, *, upload_farewell_s: float = UPLOAD_FAREWELL_S
    ) -> None:
        self._client = client
        self.bucket = bucket
        self._upload_farewell_s = upload_farewell_s

    def presign_put(
        self,
        key: str,
        *,
        expires_in_s: int,
        content_type: str | None = None,
        size_bytes: int | None = None,
        checksum_sha256: str | None = None,
    ) -> PresignedPut:
        """Sign a single PUT. Type, length and checksum are signed when given.

        `checksum_sha256` is base64, as S3 wants it. `If-None-Match: *` is always signed, so the
        URL cannot overwrite an object that is already there.
        """
        params: dict[str, Any] = {"Bucket": self.bucket, "Key": key, "IfNoneMatch": "*"}
        headers = {"If-None-Match": "*"}
        if content_type is not None:
            params["ContentType"] = headers["Content-Type"] = content_type
        if size_bytes is not None:
            params["ContentLength"] = size_bytes
            headers["Content-Length"] = str(size_bytes)
        if checksum_sha256 is not None:
            params["ChecksumSHA256"] = headers["x-amz-checksum-sha256"] = checksum_sha256
        with _translated():
            url = self._client.generate_presigned_url(
                "put_object", Params=params, ExpiresIn=expires_in_s
            )
        return PresignedPut(url=url, headers=headers, expires_in_s=expires_in_s)

    def presign_get(self, key: str, *, expires_in_s: int) -> str:
        """Sign a download."""
        with _translated():
            return self._client.generate_presigned_url(
                "get_object", Params={"Bucket": self.bucket, "Key": key}, ExpiresIn=expires_in_s
            )

    def head(self, key: str) -> StoredObject | None:
        """Size and tag, or None when there is no such object."""
        try:
            with _translated():
                answer = self._client.head_object(Bucket=self.bucket, Key=key)
        except ObjectMissing:
            return None
        return StoredObject(size_bytes=answer["ContentLength"], etag=answer["ETag"].strip('"'))

    def download(self, key: str, path: Path, *, check: Check = lambda: None) -> None:
        """Stream an object into a file; in parts where it is large.

        `check` is called in this thread several times a second, also while S3 is silent; what it
        raises ends the transfer and comes out unchanged.
        """

        def begin(manager: "TransferManager", told: Sequence[BaseSubscriber]) -> "TransferFuture":
            return manager.download(self.bucket, key, str(path), subscribers=list(told))

        with _translated():
            transfer(self._client, begin, check=check, farewell_s=DOWNLOAD_FAREWELL_S)

    def read(self, key: str) -> bytes:
        """Read a small object whole."""
        with _translated():
            return self._client.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def upload(
        self,
        path: Path,
        key: str,
        *,
        content_type: str,
        content_encoding: str | None = None,
        check: Check = lambda: None,
    ) -> None:
        """Store a file; large ones go up in parts.

        `check` as in `download`. What it raises comes out once S3 has answered what it was sent, or
        was silent for `upload_farewell_s`.
        """
        extra = {"ContentType": content_type}
        if content_encoding is not None:
            extra["ContentEncoding"] = content_encoding

        def begin(manager: "TransferManager", told: Sequence[BaseSubscriber]) -> "TransferFuture":
            return manager.upload(
                str(path), self.bucket, key, extra_args=extra, subscribers=list(told)
            )

        with _translated():
            transfer(self._client, begin, check=check, farewell_s=self._upload_farewell_s)

    def copy(self, source: str, target: str) -> None:
        """Copy an object of up to 5 GB within the bucket, with its type; nothing is downloaded."""
        with _translated():
            self._client.copy_object(
                Bucket=self.bucket, Key=target, CopySource={"Bucket": self.bucket, "Key": source}
            )

    def keys(self, prefix: str) -> list[str]:
        """Every key below a prefix."""
        with _translated():
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=prefix
            )
            return [item["Key"] for page in pages for item in page.get("Contents", ())]

    def delete(self, keys: Sequence[str]) -> int:
        """Delete these objects, those that are gone already too; return how many keys it took."""
        for start in range(0, len(keys), DELETE_AT_ONCE):
            batch = keys[start : start + DELETE_AT_ONCE]
            with _translated():
                answer = self._client.delete_objects(
                    Bucket=self.bucket,
                    Delete={"Objects": [{"Key": key} for key in batch], "Quiet": True},
                )
            if answer.get("Errors"):  # S3 says 200 and names in the body what it refused
                raise StorageError
        return len(keys)

    def delete_prefix(self, prefix: str) -> int:
        """Delete everything below a prefix; return how many objects went."""
        return self.delete(self.keys(prefix))

    def check(self) -> None:
        """Raise unless the bucket can be reached."""
        with _translated():
            self._client.head_bucket(Bucket=self.bucket)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        said = _named(error.response["ResponseMetadata"]["HTTPStatusCode"])
        kind = ObjectMissing if error.response["Error"]["Code"] in _GONE else StorageError
        raise kind(said) from error  # S3's own words may name roles and keys
    except (BotoCoreError, RetriesExceededError, S3DownloadFailedError) as error:
        raise StorageError from error


def _named(status: int) -> str:
    """Return a status with its name; what stands before S3 may say one that has none."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
