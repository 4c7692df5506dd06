"""Uploads on the wire: whole, in parts, or as one form."""

import json
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import UploadFile
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Json,
    StrictBool,
    StrictInt,
    StringConstraints,
    model_validator,
)
from pydantic.config import JsonDict
from starlette.datastructures import UploadFile as ReceivedFile

from api_lambda.wire.common import (
    NOT_BLANK,
    SHA256_BASE64,
    PlayerId,
    Storable,
    WithoutNul,
    WithSettings,
    as_a_form,
    without_defaults,
)
from shared.analysis import SubjectHint
from shared.errors import MissingFilename
from shared.jobs import Status
from shared.media.multipart import MOST_PARTS
from shared.media.store import PresignedPut
from shared.models import VideoAnalysisJob
from shared.settings import UploadSettings
from shared.strict import AlsoWithAPoint, Whole
from shared.uploads.places import Etags, PresignedPart, PresignedParts

MAX_FILENAME = 255

_MEDIA_TYPE = r"^[A-Za-z0-9.+-]+/[A-Za-z0-9.+-]+( ?; ?[A-Za-z0-9.+-]+=[A-Za-z0-9.,+\"-]+)*$"

Filename = Annotated[str, StringConstraints(max_length=MAX_FILENAME), Storable, WithoutNul]

_NOT_LARGER: JsonDict = {"maximum": UploadSettings.model_fields["max_upload_bytes"].default}
"""For the document only; the limit that an API was set to is what counts."""

_MP4_BEGINS = r"^\x00{3}[\x10-\x7f]ftyp(isom|mp42|qt  )"


def _with_a_name(file: object) -> object:
    """A field without a file name comes as text; browsers send a form without a file so too."""
    if isinstance(file, ReceivedFile) and (file.filename or "").strip():
        return file
    raise MissingFilename


class AnyUpload(WithSettings):
    """What can be said of any video."""

    session_id: UUID
    player_id: PlayerId | None = Field(
        default=None, description="Whom the video is about. Default: the session's only player."
    )
    include_frames: StrictBool = Field(
        default=True, description="Put the landmarks of every picture into the results too."
    )


def _parts_need_a_size(schema: dict[str, Any]) -> None:
    without_defaults(schema)
    schema["if"] = {"properties": {"multipart": {"const": True}}, "required": ["multipart"]}
    schema["then"] = {
        "properties": {"size_bytes": {"type": "integer"}},
        "required": ["size_bytes"],
    }


class NewUpload(AnyUpload):
    """A video that is about to be uploaded. Settings given here win over the session's."""

    model_config = ConfigDict(json_schema_extra=_parts_need_a_size)

    filename: Annotated[Filename, Field(json_schema_extra={"pattern": NOT_BLANK})] | None = Field(
        default=None, description="For display only."
    )
    content_type: (
        Annotated[
            str,
            StringConstraints(max_length=127, pattern=_MEDIA_TYPE),
            Field(json_schema_extra={"pattern": _MEDIA_TYPE.replace("^[A-Za-z0-9.+-]+", "^video")}),
        ]
        | None
    ) = Field(
        default=None,
        description="Signed when given: S3 then takes no other type.",
    )
    size_bytes: (
        Annotated[StrictInt, Field(gt=0, json_schema_extra=_NOT_LARGER), AlsoWithAPoint] | None
    ) = Field(default=None, description="Signed when given: S3 then takes no other length.")
    checksum_sha256: str | None = Field(
        default=None,
        pattern=SHA256_BASE64,
        description="SHA-256 in base64, signed when given: S3 then takes no other content. "
        "Not for an upload in parts, where `parts` of `completeUpload` can be compared.",
    )
    multipart: StrictBool = Field(
        default=False,
        description="Send it in parts, which can be resumed; needs `size_bytes`. Above "
        "100,000,000 bytes that is so in any case.",
    )


class SentPart(BaseModel):
    """One part of a video, as storage answered when it was sent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    part_number: Whole = Field(ge=1, le=MOST_PARTS)
    etag: str = Field(min_length=1, max_length=128, description="With or without its quotes.")


class UploadDone(BaseModel):
    """The video is where the presigned URLs led."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    job_id: UUID
    parts: list[SentPart] | None = Field(
        default=None,
        min_length=1,
        max_length=MOST_PARTS,
        description="Of an upload in parts, where the app wants them compared: all of them. "
        "Without, what storage has is what counts.",
    )

    @property
    def etags(self) -> Etags | None:
        """The parts by number."""
        if self.parts is None:
            return None
        return {part.part_number: part.etag.strip('"') for part in self.parts}


_WRITTEN_AS_JSON = ("sample_fps", "athlete_height_cm", "slow_motion_factor", "include_frames")


def _read(text: object) -> object:
    try:
        read = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return text
    return text if read is None else read


class SmallUpload(AnyUpload):
    """A whole clip in one form. Settings given here win over the session's."""

    model_config = ConfigDict(arbitrary_types_allowed=True, json_schema_extra=as_a_form)

    file: Annotated[UploadFile, BeforeValidator(_with_a_name)] = Field(
        description="A video of up to 5,000,000 bytes, with its file name: MP4, QuickTime, 3GPP, "
        "Matroska, WebM, AVI or MPEG. The pattern is for tools that make something up.",
        json_schema_extra={"pattern": _MP4_BEGINS},
    )
    subject_hint: Json[SubjectHint] | None = Field(
        default=None,
        description="Who the athlete is, where several people are seen: `SubjectHint` as JSON.",
    )

    @model_validator(mode="before")
    @classmethod
    def _read_numbers(cls, form: dict[str, object]) -> dict[str, object]:
        """A form brings text, also where a number is meant."""
        return {
            name: _read(field) if name in _WRITTEN_AS_JSON else field
            for name, field in form.items()
        }


class PartAnswer(BaseModel):
    """One part of a video: to be sent by a PUT to `url`, or stored already."""

    part_number: int
    size_bytes: int = Field(description="Signed: storage takes no other length.")
    done: bool
    etag: str | None = Field(description="Of a part that is stored.")
    url: str | None = Field(description="null for a part that is stored.")

    @classmethod
    def of(cls, part: PresignedPart) -> Self:
        return cls(
            part_number=part.number,
            size_bytes=part.size_bytes,
            done=part.etag is not None,
            etag=part.etag,
            url=part.url,
        )


class PartsAnswer(BaseModel):
    """How the video is cut. Parts may be sent in any order, several at once, and again."""

    upload_id: str
    part_size_bytes: int = Field(description="Of all parts but the last.")
    parts: list[PartAnswer]

    @classmethod
    def of(cls, place: PresignedParts) -> Self:
        return cls(
            upload_id=place.upload_id,
            part_size_bytes=place.part_bytes,
            parts=[PartAnswer.of(part) for part in place.parts],
        )


class UploadAnswer(BaseModel):
    """Where to put the video: one request, or one for each part.

    With `upload` null: one request with this method and exactly these headers. Otherwise those
    three are null. With both null nothing is left to send.
    """

    job_id: UUID
    session_id: UUID | None
    status: Status
    presigned_url: str | None
    method: Literal["PUT"] | None
    headers: dict[str, str] | None
    upload: PartsAnswer | None
    s3_bucket: str
    s3_key: str
    expires_in: int | None = Field(description="Seconds that the URLs hold.")

    @classmethod
    def of(
        cls,
        row: VideoAnalysisJob,
        place: PresignedPut | PresignedParts | None,
        *,
        bucket: str,
    ) -> Self:
        put = place if isinstance(place, PresignedPut) else None
        return cls(
            job_id=row.id,
            session_id=row.session_id,
            status=Status(row.status),
            presigned_url=put.url if put else None,
            method="PUT" if put else None,
            headers=dict(put.headers) if put else None,
            upload=PartsAnswer.of(place) if isinstance(place, PresignedParts) else None,
            s3_bucket=bucket,
            s3_key=row.s3_key,
            expires_in=place.expires_in_s if place else None,
        )


class CompleteAnswer(BaseModel):
    """The job is on its way to a worker."""

    job_id: UUID
    status: Status
    sqs_message_id: str | None

    @classmethod
    def of(cls, row: VideoAnalysisJob) -> Self:
        return cls(job_id=row.id, status=Status(row.status), sqs_message_id=row.sqs_message_id)
