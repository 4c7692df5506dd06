"""S3's uploads in parts: how a file is cut, and what S3 is asked about its parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from shared.errors import ObjectMissing
from shared.media.errors import translated

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

MIB = 1024 * 1024

MOST_PARTS = 400
"""S3 takes 10,000; but the URL of each, about 2 kB with a Lambda's session token, is in one answer.
"""

_NOT_NOW = frozenset(
    {"NoSuchUpload", "PreconditionFailed", "ConditionalRequestConflict", "InvalidPart"}
)


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a file, counted from 1."""

    number: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class StoredPart(Part):
    """A piece that S3 has."""

    etag: str


@dataclass(frozen=True, slots=True)
class Cut:
    """A file cut into parts of one size; the last is what is left."""

    size_bytes: int
    part_bytes: int

    @classmethod
    def of(cls, size_bytes: int, *, part_bytes: int) -> "Cut":
        """Cut into parts of `part_bytes`, larger ones where there would be too many."""
        least = -(-size_bytes // MOST_PARTS)
        return cls(size_bytes, max(part_bytes, -(-least // MIB) * MIB))

    @property
    def parts(self) -> list[Part]:
        """Every part, in order."""
        starts = range(0, self.size_bytes, self.part_bytes)
        return [
            Part(number, min(self.part_bytes, self.size_bytes - start))
            for number, start in enumerate(starts, start=1)
        ]

    def stored(self, found: Mapping[int, StoredPart]) -> dict[int, StoredPart]:
        """Those of the parts that S3 has in their right size; what else it has is not asked for."""
        return {
            part.number: found[part.number]
            for part in self.parts
            if part.number in found and found[part.number].size_bytes == part.size_bytes
        }


class MultipartStore:
    """A bucket's uploads in parts.

    Raises, from every method: `StorageError`; `ObjectMissing` where an upload must exist.
    """

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self.bucket = bucket

    def begin_multipart(self, key: str, *, content_type: str | None = None) -> str:
        """Begin an upload in parts and return its id; nothing is at `key` until it is completed."""
        extra: dict[str, Any] = {} if content_type is None else {"ContentType": content_type}
        with translated():
            begun = self._client.create_multipart_upload(Bucket=self.bucket, Key=key, **extra)
        return begun["UploadId"]

    def presign_part(self, key: str, upload_id: str, part: Part, *, expires_in_s: int) -> str:
        """Sign the PUT of one part. Its length is signed; it may be sent again until completion."""
        params = {
            "Bucket": self.bucket,
            "Key": key,
            "UploadId": upload_id,
            "PartNumber": part.number,
            "ContentLength": part.size_bytes,
        }
        with translated():
            return self._client.generate_presigned_url(
                "upload_part", Params=params, ExpiresIn=expires_in_s
            )

    def stored_parts(self, key: str, upload_id: str) -> dict[int, StoredPart] | None:
        """What S3 has of an upload; None when it is over: completed, given up, or expired."""
        try:
            with translated():
                pages = self._client.get_paginator("list_parts").paginate(
                    Bucket=self.bucket, Key=key, UploadId=upload_id
                )
                return {
                    item["PartNumber"]: StoredPart(
                        item["PartNumber"], item["Size"], item["ETag"].strip('"')
                    )
                    for page in pages
                    for item in page.get("Parts", ())
                }
        except ObjectMissing:
            return None

    def complete_multipart(self, key: str, upload_id: str, parts: Sequence[StoredPart]) -> None:
        """Make the object of its parts, in one step; it overwrites nothing.

        Whether the object is there is for the caller to see. Not an error here: somebody was
        faster, the upload was given up, a part was sent again in this very moment.
        """
        named: list[CompletedPartTypeDef] = [
            {"PartNumber": part.number, "ETag": part.etag} for part in parts
        ]
        with translated():
            try:
                self._client.complete_multipart_upload(
                    Bucket=self.bucket,
                    Key=key,
                    UploadId=upload_id,
                    MultipartUpload={"Parts": named},
                    IfNoneMatch="*",
                )
            except ClientError as error:
                if error.response["Error"]["Code"] not in _NOT_NOW:
                    raise

    def abort_multipart(self, key: str, upload_id: str) -> None:
        """Give an upload up: S3 forgets its parts. Repeatable; an object made of it stays."""
        try:
            with translated():
                self._client.abort_multipart_upload(Bucket=self.bucket, Key=key, UploadId=upload_id)
        except ObjectMissing:
            return
