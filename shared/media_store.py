"""S3: presign, head, download, upload, delete a prefix. Keys are made here and only here."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError

from shared.errors import ObjectMissing, StorageError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_PLAIN_OWNER = re.compile(r"[A-Za-z0-9_-]{1,64}")

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
    return f"uploads/{folder}/{session_id}/{job_id}/source"


def results_prefix(job_id: UUID, attempt: int) -> str:
    """Where one attempt puts its files; a stale worker cannot overwrite a newer attempt's."""
    return f"results/{job_id}/{attempt}/"


class MediaStore:
    """The media bucket.

    Raises, from every method: `StorageError`; `ObjectMissing` where a key must exist.
    """

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self.bucket = bucket

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

    def download(
        self, key: str, path: Path, *, on_bytes: Callable[[int], None] = lambda _: None
    ) -> None:
        """Stream an object into a file. What `on_bytes` raises ends it and comes out unchanged."""
        with _translated():
            self._client.download_file(self.bucket, key, str(path), Callback=on_bytes)

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
    ) -> None:
        """Store a file; large ones go up in parts."""
        extra = {"ContentType": content_type}
        if content_encoding is not None:
            extra["ContentEncoding"] = content_encoding
        with _translated():
            self._client.upload_file(str(path), self.bucket, key, ExtraArgs=extra)

    def delete_prefix(self, prefix: str) -> int:
        """Delete everything below a prefix; return how many objects went."""
        deleted = 0
        with _translated():
            while keys := self._first_keys(prefix):
                self._client.delete_objects(
                    Bucket=self.bucket,
                    Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True},
                )
                deleted += len(keys)
        return deleted

    def check(self) -> None:
        """Raise unless the bucket can be reached."""
        with _translated():
            self._client.head_bucket(Bucket=self.bucket)

    def _first_keys(self, prefix: str) -> list[str]:
        page = self._client.list_objects_v2(Bucket=self.bucket, Prefix=prefix)
        return [item["Key"] for item in page.get("Contents", ())]


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        status = HTTPStatus(error.response["ResponseMetadata"]["HTTPStatusCode"])
        kind = ObjectMissing if error.response["Error"]["Code"] in _GONE else StorageError
        raise kind(f"{status} {status.phrase}") from error  # S3's own words may name roles and keys
    except (Boto3Error, BotoCoreError) as error:
        raise StorageError from error
