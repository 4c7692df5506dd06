"""The two ends of an upload on the wire."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api_lambda.wire.common import Storable, WithSettings
from shared.jobs import Status
from shared.media_store import PresignedPut
from shared.models import VideoAnalysisJob

MAX_FILENAME = 255

_MEDIA_TYPE = r"^[A-Za-z0-9.+-]+/[A-Za-z0-9.+-]+( ?; ?[A-Za-z0-9.+-]+=[A-Za-z0-9.,+\"-]+)*$"
_SHA256_BASE64 = "^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$"
"""32 bytes in base64; the last letter carries four bits, so only these sixteen occur."""

Filename = Annotated[str, StringConstraints(max_length=MAX_FILENAME), Storable]


class NewUpload(WithSettings):
    """A video that is about to be uploaded. Settings given here win over the session's."""

    session_id: UUID
    include_frames: bool = Field(
        default=True, description="Put the landmarks of every picture into the results too."
    )
    filename: Filename | None = Field(default=None, description="For display only.")
    content_type: str | None = Field(
        default=None,
        max_length=127,
        pattern=_MEDIA_TYPE,
        description="Signed when given: S3 then takes no other type.",
    )
    size_bytes: int | None = Field(
        default=None, gt=0, description="Signed when given: S3 then takes no other length."
    )
    checksum_sha256: str | None = Field(
        default=None,
        pattern=_SHA256_BASE64,
        description="SHA-256 in base64, signed when given: S3 then takes no other content.",
    )


class UploadDone(BaseModel):
    """The video is where the presigned URL led."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    job_id: UUID


class UploadAnswer(BaseModel):
    """Where to put the video: one request with this method and exactly these headers."""

    job_id: UUID
    session_id: UUID | None
    status: Status
    presigned_url: str
    method: Literal["PUT"] = "PUT"
    headers: dict[str, str]
    s3_bucket: str
    s3_key: str
    expires_in: int = Field(description="Seconds.")

    @classmethod
    def of(cls, row: VideoAnalysisJob, put: PresignedPut, *, bucket: str) -> Self:
        return cls(
            job_id=row.id,
            session_id=row.session_id,
            status=Status(row.status),
            presigned_url=put.url,
            headers=dict(put.headers),
            s3_bucket=bucket,
            s3_key=row.s3_key,
            expires_in=put.expires_in_s,
        )


class CompleteAnswer(BaseModel):
    """The job is on its way to a worker."""

    job_id: UUID
    status: Status
    sqs_message_id: str | None

    @classmethod
    def of(cls, row: VideoAnalysisJob) -> Self:
        return cls(job_id=row.id, status=Status(row.status), sqs_message_id=row.sqs_message_id)
