"""Words that several topics share: times, text that can be stored, analysis settings."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, StringConstraints

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

PlayerId = Annotated[str, StringConstraints(min_length=1, max_length=128), Storable]


class WithSettings(AnalysisSettings):
    """A body that may carry analysis settings beside its own fields."""

    def settings_given(self) -> dict[str, Any]:
        """Only the settings that the body named; the others are decided elsewhere."""
        return self.model_dump(
            mode="json", include=set(AnalysisSettings.model_fields), exclude_unset=True
        )
