"""S3: presign, head, download, upload, copy, list, erase. Keys are made here and only here."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from uuid import UUID

from s3transfer.subscribers import BaseSubscriber

from shared.errors import ObjectMissing, StorageError
from shared.files import POSE_NAME
from shared.media.errors import translated
from shared.media.multipart import MultipartStore
from shared.media.transfer import Check, transfer

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef
    from s3transfer.futures import TransferFuture
    from s3transfer.manager import TransferManager

_PLAIN_OWNER = re.compile(r"[A-Za-z0-9_-]{1,64}")

UPLOADS = "uploads/"
"""Where all originals lie; what arrives here is announced on the queue of upload events."""

STILLS = "stills/"
"""Where still pictures lie."""

RESULTS = "results/"
"""Where workers put what they made."""

DOCTOR = "doctor/"
"""Where `coach doctor` tries the bucket out; not among the originals, so nobody is told."""

DOCTOR_TRIAL = f"{DOCTOR}trial"
"""The one object that it makes and removes: whoever runs it needs rights on no other."""

_UPLOAD_KEY = re.compile(rf"{UPLOADS}[^/]+/[^/]+/([0-9a-f-]{{36}})/source")

DELETE_AT_ONCE = 1000
"""As many keys as S3 takes in one request."""

UPLOAD_FAREWELL_S = 10.0
"""How long an upload given up may take to end: what S3 has already would appear after its removal.
"""

DOWNLOAD_FAREWELL_S = 1.0
"""As long as that for a download, which leaves nothing behind."""


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
    return f"{UPLOADS}{_folder(owner)}/{session_id}/{job_id}/source"


def stored_pose_key(owner: str, job_id: UUID) -> str:
    """Where a job that measures again has its own copy of what was seen; none was sent there."""
    return f"{UPLOADS}{_folder(owner)}/{job_id}/{POSE_NAME}"


def stills_prefix(owner: str, job_id: UUID) -> str:
    """Where the pictures of a job lie; not among the originals, for nobody announces them."""
    return f"{STILLS}{_folder(owner)}/{job_id}/"


def _folder(owner: str) -> str:
    return owner if _PLAIN_OWNER.fullmatch(owner) else sha256(owner.encode()).hexdigest()[:32]


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
    return f"{RESULTS}{job_id}/"


class MediaStore(MultipartStore):
    """The media bucket.

    Raises, from every method: `StorageError`; `ObjectMissing` where a key must exist.
    """

    def __init__(
        self, client: "S3Client", bucket: str, *, upload_farewell_s: float = UPLOAD_FAREWELL_S
    ) -> None:
        super().__init__(client, bucket)
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
        with translated():
            url = self._client.generate_presigned_url(
                "put_object", Params=params, ExpiresIn=expires_in_s
            )
        return PresignedPut(url=url, headers=headers, expires_in_s=expires_in_s)

    def presign_get(
        self,
        key: str,
        *,
        expires_in_s: int,
        download_as: str | None = None,
        content_type: str | None = None,
    ) -> str:
        """Sign a download.

        `download_as`: the plain file name (printable ASCII, no quotes) under which a browser saves
        it instead of showing it. `content_type`: instead of the stored one.
        """
        params: dict[str, Any] = {"Bucket": self.bucket, "Key": key}
        if download_as is not None:
            params["ResponseContentDisposition"] = f'attachment; filename="{download_as}"'
        if content_type is not None:
            params["ResponseContentType"] = content_type
        with translated():
            return self._client.generate_presigned_url(
                "get_object", Params=params, ExpiresIn=expires_in_s
            )

    def head(self, key: str) -> StoredObject | None:
        """Size and tag, or None when there is no such object."""
        try:
            with translated():
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

        with translated():
            transfer(self._client, begin, check=check, farewell_s=DOWNLOAD_FAREWELL_S)

    def read(self, key: str) -> bytes:
        """Read a small object whole."""
        with translated():
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

        with translated():
            transfer(self._client, begin, check=check, farewell_s=self._upload_farewell_s)

    def put(self, key: str, content: BinaryIO | bytes, *, content_type: str) -> None:
        """Store a small file; an object that is at `key` already is not overwritten, but refused.

        Raises:
            StorageError: S3 is away, refused, or has something there.
        """
        with translated():
            self._client.put_object(
                Bucket=self.bucket,
                Key=key,
                Body=content,
                ContentType=content_type,
                IfNoneMatch="*",
            )

    def copy(self, source: str, target: str) -> None:
        """Copy an object of up to 5 GB within the bucket, with its type; nothing is downloaded."""
        with translated():
            self._client.copy_object(
                Bucket=self.bucket, Key=target, CopySource={"Bucket": self.bucket, "Key": source}
            )

    def sizes(self, prefix: str) -> dict[str, int]:
        """Every key below a prefix, and how many bytes lie there."""
        with translated():
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=prefix
            )
            found = (item for page in pages for item in page.get("Contents", ()))
            return {item["Key"]: item["Size"] for item in found}

    def keys(self, prefix: str) -> list[str]:
        """Every key below a prefix."""
        return list(self.sizes(prefix))

    def delete(self, keys: Sequence[str]) -> int:
        """Delete these objects, those that are gone already too; return how many keys it took.

        In a bucket with versions they are hidden, not gone: `erase_prefix` erases.
        """
        return self._delete([{"Key": key} for key in keys])

    def delete_prefix(self, prefix: str) -> int:
        """Delete everything below a prefix, as `delete` does; return how many objects went."""
        return self.delete(self.keys(prefix))

    def erase_prefix(self, prefix: str) -> int:
        """Erase everything below a prefix for good; return how many versions and markers went.

        Every version and delete marker, where the bucket keeps versions, and what was stored of
        uploads in parts that are not complete. Those are given up first: one that is completed in
        that moment is an object when objects are listed.
        """
        self.give_up_parts(prefix)
        with translated():
            pages = self._client.get_paginator("list_object_versions").paginate(
                Bucket=self.bucket, Prefix=prefix
            )
            versions: list[ObjectIdentifierTypeDef] = [
                {"Key": item["Key"], "VersionId": item["VersionId"]}
                for page in pages
                for item in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
            ]
        return self._delete(versions)

    def give_up_parts(self, prefix: str) -> None:
        """Drop what was stored of uploads in parts that are not complete. Repeatable."""
        with translated():
            pages = self._client.get_paginator("list_multipart_uploads").paginate(
                Bucket=self.bucket, Prefix=prefix
            )
            begun = [
                (up["Key"], up["UploadId"]) for page in pages for up in page.get("Uploads", ())
            ]
        for key, upload_id in begun:
            self.abort_multipart(key, upload_id)

    def _delete(self, objects: Sequence["ObjectIdentifierTypeDef"]) -> int:
        for start in range(0, len(objects), DELETE_AT_ONCE):
            batch = objects[start : start + DELETE_AT_ONCE]
            with translated():
                answer = self._client.delete_objects(
                    Bucket=self.bucket, Delete={"Objects": batch, "Quiet": True}
                )
            if answer.get("Errors"):  # S3 says 200 and names in the body what it refused
                raise StorageError
        return len(objects)

    def check(self) -> None:
        """Raise unless the bucket can be reached."""
        with translated():
            self._client.head_bucket(Bucket=self.bucket)
