"""Where a video goes: one presigned PUT, or one for each of its parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.errors import UploadMismatch, UploadMissing
from shared.media.multipart import Cut, Part, StoredPart
from shared.media.store import MediaStore, PresignedPut, StoredObject
from shared.models import VideoAnalysisJob
from shared.settings import UploadSettings

NAMED_AT_MOST = 20
"""Part numbers in one sentence."""

Etags = Mapping[int, str]
"""What an app noted of the parts it sent: number to tag."""


@dataclass(frozen=True, slots=True)
class PresignedPart(Part):
    """One part: the tag of one that S3 has, the URL of one that it lacks. Never log the URL."""

    etag: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class PresignedParts:
    """Every part of a video; to be sent in any order, several at once, again where one broke."""

    upload_id: str
    part_bytes: int
    parts: Sequence[PresignedPart]
    expires_in_s: int


@dataclass(frozen=True, slots=True)
class UploadPlaces:
    """Makes the places for the videos of queued jobs, and looks whether one has arrived there.

    Raises, from every method: `StorageError`.
    """

    media: MediaStore
    limits: UploadSettings

    def for_one_put(
        self, job: VideoAnalysisJob, *, checksum_sha256: str | None = None
    ) -> PresignedPut:
        """Sign what was announced: S3 takes nothing else, and nothing twice."""
        return self.media.presign_put(
            job.s3_key,
            expires_in_s=self.limits.upload_url_expires_s,
            content_type=job.content_type,
            size_bytes=job.declared_bytes,
            checksum_sha256=checksum_sha256,
        )

    def part_bytes(self, size_bytes: int) -> int:
        """Return the size of the parts of a new upload; the row keeps it, for settings change."""
        return Cut.of(size_bytes, part_bytes=self.limits.upload_part_bytes).part_bytes

    def for_parts(
        self, job: VideoAnalysisJob, upload_id: str, found: Mapping[int, StoredPart]
    ) -> PresignedParts:
        """Sign the parts that are not among those `found`."""
        cut = _cut(job)
        stored = cut.stored(found)
        return PresignedParts(
            upload_id=upload_id,
            part_bytes=cut.part_bytes,
            parts=[self._part(job, upload_id, part, stored.get(part.number)) for part in cut.parts],
            expires_in_s=self.limits.upload_url_expires_s,
        )

    def stored_parts(self, job: VideoAnalysisJob) -> dict[int, StoredPart] | None:
        """What S3 has of an upload in parts; None where none is open there."""
        if job.multipart_upload_id is None:
            return None
        return self.media.stored_parts(job.s3_key, job.multipart_upload_id)

    def begin_parts(self, job: VideoAnalysisJob) -> str:
        """Begin an upload in parts at S3; return its id."""
        return self.media.begin_multipart(job.s3_key, content_type=job.content_type)

    def arrived(self, job: VideoAnalysisJob, named: Etags | None = None) -> StoredObject:
        """Look at the video of a job; make it of its parts where all are there. Repeatable.

        Raises:
            UploadMissing: the object, or one of its parts, is not there yet.
            UploadMismatch: it is not what was announced, or its parts are not those `named`.
        """
        if named is not None and job.part_bytes is None:
            raise UploadMismatch("This video was not announced in parts. Complete it without.")
        stored = self.media.head(job.s3_key)
        if stored is None and job.multipart_upload_id is not None:
            self._join(job, job.multipart_upload_id, named)
            stored = self.media.head(job.s3_key)
        if stored is None:
            raise UploadMissing
        self._check_size(job, stored)
        return stored

    def _join(self, job: VideoAnalysisJob, upload_id: str, named: Etags | None) -> None:
        found = self.media.stored_parts(job.s3_key, upload_id)
        if found is None:
            return
        cut = _cut(job)
        stored = cut.stored(found)
        if missing := [part.number for part in cut.parts if part.number not in stored]:
            raise UploadMissing(
                f"Parts have not arrived yet: {_listed(missing)}. Upload them, then complete."
            )
        if named is not None and (others := _others(stored, named)):
            raise UploadMismatch(
                f"What is stored is not what was named as part {_listed(others)}. Resume the "
                "upload, or complete it without naming parts."
            )
        self.media.complete_multipart(job.s3_key, upload_id, list(stored.values()))

    def _check_size(self, job: VideoAnalysisJob, stored: StoredObject) -> None:
        if job.declared_bytes is not None and stored.size_bytes != job.declared_bytes:
            raise UploadMismatch
        if stored.size_bytes > self.limits.max_upload_bytes:
            raise UploadMismatch(
                f"The uploaded file is larger than the limit of {self.limits.max_upload_bytes} "
                "bytes. Start a new upload."
            )

    def _part(
        self, job: VideoAnalysisJob, upload_id: str, part: Part, stored: StoredPart | None
    ) -> PresignedPart:
        if stored is not None:
            return PresignedPart(part.number, part.size_bytes, etag=stored.etag, url=None)
        url = self.media.presign_part(
            job.s3_key, upload_id, part, expires_in_s=self.limits.upload_url_expires_s
        )
        return PresignedPart(part.number, part.size_bytes, etag=None, url=url)


def _cut(job: VideoAnalysisJob) -> Cut:
    assert job.declared_bytes is not None  # noqa: S101 - no upload in parts begins without
    assert job.part_bytes is not None  # noqa: S101 - nor this
    return Cut(job.declared_bytes, job.part_bytes)


def _others(stored: Mapping[int, StoredPart], named: Etags) -> list[int]:
    """The numbers under which something else is stored than was named, or only one of the two."""
    etags = {number: part.etag for number, part in stored.items()}
    return sorted(
        number for number in etags.keys() | named.keys() if etags.get(number) != named.get(number)
    )


def _listed(numbers: Sequence[int]) -> str:
    more = len(numbers) - NAMED_AT_MOST
    named = ", ".join(map(str, numbers[:NAMED_AT_MOST]))
    return f"{named} and {more} more" if more > 0 else named


def abandon(media: MediaStore, job: VideoAnalysisJob) -> None:
    """Let S3 drop the parts that never became the video of a job that is over. Repeatable.

    Also those of uploads whose ids nobody wrote down, because whoever began them died.

    Raises:
        StorageError: S3 is away or refused.
    """
    if job.part_bytes is not None:
        media.give_up_parts(job.s3_key)
