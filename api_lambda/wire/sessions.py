"""Training sessions on the wire."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from api_lambda.wire.common import (
    NOT_BLANK,
    PlayerId,
    Storable,
    Timestamp,
    WithoutNul,
    WithSettings,
)
from shared.analysis import AnalysisSettings, SampleFps
from shared.models import VideoSession
from shared.results import Movement

Title = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=NOT_BLANK),
    Storable,
]
Notes = Annotated[str, StringConstraints(max_length=4000), Storable, WithoutNul]


MAX_PLAYERS = 50

SlowMotion = Annotated[float, *AnalysisSettings.model_fields["slow_motion_factor"].metadata]


class NewSession(WithSettings):
    """A training session. Its settings are the defaults of its videos."""

    title: Title
    player_ids: list[PlayerId] = Field(
        default_factory=list,
        max_length=MAX_PLAYERS,
        description="The app's own ids of the athletes.",
    )
    notes: Notes = ""


class SessionChange(WithSettings):
    """What is to be changed; a setting of null goes back to its default."""

    title: Title = Field(default_factory=str)
    player_ids: list[PlayerId] = Field(
        default_factory=list, max_length=MAX_PLAYERS, description="All of them, not only new ones."
    )
    notes: Notes = Field(default_factory=str)

    movement: Movement | None = Field(default=None)  # type: ignore[assignment] # a change of it
    sample_fps: SampleFps | None = Field(default=None)  # type: ignore[assignment]
    slow_motion_factor: SlowMotion | None = Field(default=None)  # type: ignore[assignment]

    def texts_given(self) -> dict[str, str]:
        """Title and notes, as far as the body named them."""
        return self.model_dump(include={"title", "notes"}, exclude_unset=True)

    def players_given(self) -> list[str] | None:
        """The players, if the body named any list of them."""
        return self.player_ids if "player_ids" in self.model_fields_set else None


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
