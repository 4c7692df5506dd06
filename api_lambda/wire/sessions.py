"""Training sessions on the wire."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from api_lambda.wire.common import PlayerId, Storable, Timestamp, WithSettings
from shared.analysis import AnalysisSettings
from shared.models import VideoSession

Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Storable
]
Notes = Annotated[str, StringConstraints(max_length=4000), Storable]


class NewSession(WithSettings):
    """A training session. Its settings are the defaults of its videos."""

    title: Title
    player_ids: list[PlayerId] = Field(
        default_factory=list, max_length=50, description="The app's own ids of the athletes."
    )
    notes: Notes = ""


class SessionAnswer(BaseModel):
    """One training session."""

    session_id: UUID
    status: Literal["pending"] = "pending"
    title: str
    player_ids: list[str]
    notes: str
    settings: AnalysisSettings = Field(description="Defaults of this session's videos.")
    created_at: Timestamp
    updated_at: Timestamp

    @classmethod
    def of(cls, row: VideoSession) -> Self:
        return cls(
            session_id=row.id,
            title=row.title,
            player_ids=row.player_ids,
            notes=row.notes,
            settings=AnalysisSettings.model_validate(row.settings),
            created_at=row.created_at,
            updated_at=row.updated_at,
        )


class SessionPage(BaseModel):
    """Some sessions, newest first."""

    items: list[SessionAnswer]
    next_cursor: str | None = Field(description="null on the last page.")
