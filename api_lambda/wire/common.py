"""Words that several topics share: times, text that can be stored, analysis settings."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from shared.analysis import AnalysisSettings

Timestamp = Annotated[datetime, AfterValidator(lambda time: time.astimezone(UTC))]
"""UTC, so that it is written with `Z` whatever zone the database speaks."""


def _storable(text: str) -> str:
    if "\0" in text:
        message = "Text may not contain NUL characters."
        raise ValueError(message)
    return text


Storable = AfterValidator(_storable)
"""Any text but NUL, which PostgreSQL cannot store."""

WithoutNul = Field(json_schema_extra={"pattern": r"^[^\x00]*$"})
"""Says so in the document."""

NOT_BLANK = r"^[^\x00]*[^\s\x00-\x20\x7f-\xa0\ufeff][^\x00]*$"
"""There is something to see."""

SHA256_BASE64 = "^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$"
"""32 bytes in base64; the last letter carries four bits, so only these sixteen occur."""

MAX_PLAYER_ID = 128
PLAYER_ID = r"^[^./\x00-\x1f\x7f][^/\x00-\x1f\x7f]*$"
"""An id is a part of addresses: no slash, and no dot in front, which clients would resolve."""

PlayerId = Annotated[
    str, StringConstraints(min_length=1, max_length=MAX_PLAYER_ID, pattern=PLAYER_ID)
]


def without_defaults(schema: dict[str, Any]) -> None:
    """Publish no defaults: a generated client would send them, and so change what was settled."""
    for said in schema["properties"].values():
        said.pop("default", None)


def as_a_form(schema: dict[str, Any]) -> None:
    """Publish no null, which a form cannot bring: a field that is not meant is left out."""
    without_defaults(schema)
    for said in schema["properties"].values():
        for kind in said.pop("anyOf", ()):
            said.update(kind if kind != {"type": "null"} else {})
        if inside := said.pop("contentSchema", None):  # JSON is how a form brings an object anyway
            del said["type"], said["contentMediaType"]
            said.update(inside)


class WithSettings(AnalysisSettings):
    """A body that may carry analysis settings beside its own fields.

    What is not named is not changed: it comes from the session, or is inferred from the video.
    """

    model_config = ConfigDict(json_schema_extra=without_defaults)

    def settings_given(self) -> dict[str, Any]:
        """Only the settings that the body named; the others are decided elsewhere."""
        return self.model_dump(
            mode="json", include=set(AnalysisSettings.model_fields), exclude_unset=True
        )
