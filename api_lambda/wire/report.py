"""The report on the wire."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.results import Exercise, Movement, Report


class ReportFormat(StrEnum):
    """In which form a report is wanted."""

    JSON = "json"
    HTML = "html"
    PDF = "pdf"


class ReportQuery(BaseModel):
    """Which form of the report."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: ReportFormat = ReportFormat.JSON


class ReportAnswer(BaseModel):
    """The report of one analysis, with what it is about."""

    job_id: UUID
    movement: Movement
    exercise: Exercise | None = Field(description="What a workout repeats.")
    usable: bool = Field(description="Whether the recording is good enough to judge technique.")
    report: Report


def report_of(job_id: UUID, results: dict[str, Any]) -> dict[str, Any]:
    """Return a `ReportAnswer` cut out of a stored document, which was validated when stored."""
    return {
        "job_id": job_id,
        "movement": results["provenance"]["movement"],
        "exercise": results.get("exercise"),
        "usable": results["quality"]["usable"],
        "report": results["report"],
    }
