"""What comes in: request bodies, closed to unknown fields and bounded in every direction.

Text may hold anything but NUL, which PostgreSQL cannot store.
"""

from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from shared.analysis import AnalysisSettings

MAX_FILENAME = 255

_MEDIA_TYPE = r"^[A-Za-z0-9.+-]+/[A-Za-z0-9.+-]+( ?; ?[A-Za-z0-9.+-]+=[A-Za-z0-9.,+\"-]+)*$"
_SHA256_BASE64 = "^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$"
"""32 bytes in base64; the last letter carries four bits, so only these sixteen occur."""


def _storable(text: str) -> str:
    if "\0" in text:
        message = "Text may not contain NUL characters."
        raise ValueError(message)
    return text


Storable = AfterValidator(_storable)

Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Storable
]
Notes = Annotated[str, StringConstraints(max_length=4000), Storable]
PlayerId = Annotated[str, StringConstraints(min_length=1, max_length=128), Storable]
Filename = Annotated[str, StringConstraints(max_length=MAX_FILENAME), Storable]


class _WithSettings(AnalysisSettings):
    """A body that may carry analysis settings beside its own fields."""

    def settings_given(self) -> dict[str, Any]:
        """Only the settings that the body named; the others are decided elsewhere."""
        return self.model_dump(
            mode="json", include=set(AnalysisSettings.model_fields), exclude_unset=True
        )


class NewSession(_WithSettings):
    """A training session. Its settings are the defaults of its videos."""

    title: Title
    player_ids: list[PlayerId] = Field(
        default_factory=list, max_length=50, description="The app's own ids of the athletes."
    )
    notes: Notes = ""


class NewUpload(_WithSettings):
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
