"""Still pictures on the wire."""

from collections.abc import Sequence
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import UploadFile
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict
from starlette.datastructures import UploadFile as UploadedFile

from api_lambda.wire.common import (
    SHA256_BASE64,
    PlayerId,
    Storable,
    Timestamp,
    WithoutNul,
    as_a_form,
)
from api_lambda.wire.uploads import Filename
from shared.errors import MissingFilename
from shared.jobs import Status
from shared.models import VideoAnalysisJob
from shared.stills.document import EXTENSIONS, MAX_PICTURE_BYTES, MAX_PICTURES, StillSettings
from shared.stills.pictures import FORMATS
from shared.stills.verdicts import AnnouncedPicture, Verdict
from shared.strict import Whole

_READ = f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}"

_TIFF_TAGS = {0x00: 64, 0x01: 64, 0x02: 1, 0x03: 1, 0x06: 0, 0x11: 0x6E, 0x16: 64, 0x17: 512}
"""Of a grey picture of 64 x 64 pixels: its sides, how it is written, where its 512 bytes lie."""

_SMALLEST = "".join(
    (
        r"^II\*\x00\x08\x00{3}\x08\x00",
        *(
            rf"\x{tag:02x}\x01\x03\x00\x01\x00{{3}}\x{value & 255:02x}\x{value >> 8:02x}\x00{{2}}"
            for tag, value in _TIFF_TAGS.items()
        ),
        r"\x00{516}$",
    )
)
"""The smallest picture, as a pattern: JPEG and PNG cannot be written as text."""

_GOOD: JsonDict = {
    "properties": {
        "filename": {"type": "string", "pattern": r"^[^\x00/\\]*[A-Za-z0-9][^\x00/\\]*$"},
        "content_type": {"enum": list(EXTENSIONS)},
        "size_bytes": {"maximum": MAX_PICTURE_BYTES},
    },
    "required": ["filename"],
}
"""An announced picture that is accepted; one that is not is told so for itself."""

_CLOSED = ConfigDict(frozen=True, extra="forbid")


def _is_a_file(field: object) -> object:
    """A field without a file name comes as text."""
    if isinstance(field, UploadedFile):
        return field
    raise MissingFilename


class _About(BaseModel):
    """Whose pictures these are."""

    model_config = _CLOSED

    session_id: UUID | None = None
    player_id: PlayerId | None = Field(
        default=None, description="Else the session's only player, if it has only one."
    )


class SentPictures(_About):
    """A form with pictures."""

    model_config = ConfigDict(json_schema_extra=as_a_form)

    files: list[Annotated[UploadFile, BeforeValidator(_is_a_file)]] = Field(
        min_length=1,
        description=f"Up to {MAX_PICTURES}: {_READ}, the field once for each. The pattern is for "
        "tools that make something up.",
        json_schema_extra={"maxItems": MAX_PICTURES, "contains": {"pattern": _SMALLEST}},
    )


class NewPicture(BaseModel):
    """A picture that is about to be uploaded."""

    model_config = _CLOSED

    filename: Filename | None = Field(default=None, description="For display; must not be empty.")
    content_type: Annotated[str, StringConstraints(max_length=127), Storable, WithoutNul] = Field(
        description="Signed: S3 takes no other type."
    )
    size_bytes: Whole = Field(gt=0, description="Signed: S3 takes no other length.")
    checksum_sha256: str | None = Field(
        default=None,
        pattern=SHA256_BASE64,
        description="SHA-256 in base64, signed when given: S3 then takes no other content.",
    )

    def announced(self) -> AnnouncedPicture:
        return AnnouncedPicture(
            self.filename, self.content_type, self.size_bytes, self.checksum_sha256
        )


class NewPictures(_About):
    """Pictures that are about to be uploaded."""

    files: list[NewPicture] = Field(
        min_length=1,
        description=f"Up to {MAX_PICTURES}, at least one of which is accepted.",
        json_schema_extra={"maxItems": MAX_PICTURES, "contains": _GOOD},
    )


class AnalyzePictures(StillSettings):
    """Analyse the pictures of an upload."""

    upload_id: UUID

    def settings(self) -> StillSettings:
        return StillSettings(confidence=self.confidence, tiling=self.tiling)


class FileError(BaseModel):
    """Why a file was refused."""

    code: str
    message: str

    @classmethod
    def of(cls, verdict: Verdict) -> Self | None:
        if verdict.error is None:
            return None
        return cls(code=verdict.error.code, message=str(verdict.error))


class TakenPicture(BaseModel):
    """What became of one file."""

    index: int
    filename: str
    accepted: bool
    error: FileError | None
    width: int | None = Field(description="Of the upright picture; null for a refused file.")
    height: int | None

    @classmethod
    def of(cls, verdict: Verdict) -> Self:
        return cls(
            index=verdict.index,
            filename=verdict.filename,
            accepted=verdict.error is None,
            error=FileError.of(verdict),
            width=verdict.width,
            height=verdict.height,
        )


class PictureUrl(BaseModel):
    """Where to put one picture: one request with this method and exactly these headers."""

    index: int
    filename: str
    accepted: bool
    error: FileError | None
    presigned_url: str | None = Field(description="null for a refused file.")
    method: Literal["PUT"] = "PUT"
    headers: dict[str, str]

    @classmethod
    def of(cls, verdict: Verdict) -> Self:
        return cls(
            index=verdict.index,
            filename=verdict.filename,
            accepted=verdict.error is None,
            error=FileError.of(verdict),
            presigned_url=verdict.put.url if verdict.put else None,
            headers=dict(verdict.put.headers) if verdict.put else {},
        )


class PicturesAnswer(BaseModel):
    """An upload whose pictures are stored, as far as they were accepted."""

    upload_id: UUID = Field(description="Becomes the `job_id` of the analysis.")
    session_id: UUID | None
    player_id: str | None
    status: Status
    expires_at: Timestamp = Field(description="Ask for the analysis before; an hour is forgiven.")
    files: list[TakenPicture]

    @classmethod
    def of(cls, row: VideoAnalysisJob, verdicts: Sequence[Verdict]) -> Self:
        return cls(
            upload_id=row.id,
            session_id=row.session_id,
            player_id=row.player_id,
            status=Status(row.status),
            expires_at=row.upload_expires_at,
            files=[TakenPicture.of(verdict) for verdict in verdicts],
        )


class PictureUrlsAnswer(BaseModel):
    """An upload whose pictures are still to come."""

    upload_id: UUID = Field(description="Becomes the `job_id` of the analysis.")
    session_id: UUID | None
    player_id: str | None
    status: Status
    expires_at: Timestamp = Field(description="Upload everything before.")
    files: list[PictureUrl]

    @classmethod
    def of(cls, row: VideoAnalysisJob, verdicts: Sequence[Verdict]) -> Self:
        return cls(
            upload_id=row.id,
            session_id=row.session_id,
            player_id=row.player_id,
            status=Status(row.status),
            expires_at=row.upload_expires_at,
            files=[PictureUrl.of(verdict) for verdict in verdicts],
        )
