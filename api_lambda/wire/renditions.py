"""What there is to see of an analysed video, on the wire."""

from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api_lambda.wire.jobs import JobSummary
from shared.jobs import Status
from shared.models import VideoAnalysisJob
from shared.renditions.screening import Film
from shared.results import Fraction


class RenderAnswer(JobSummary):
    """A rendering on its way."""

    sqs_message_id: str | None = Field(description="null until the queue has taken it.")

    @classmethod
    def of(cls, row: VideoAnalysisJob) -> Self:
        summary = JobSummary.of(row)
        said = {name: getattr(summary, name) for name in JobSummary.model_fields}
        return cls(**said, sqs_message_id=row.sqs_message_id)


class FilmQuery(BaseModel):
    """Which video is wanted."""

    model_config = ConfigDict(extra="forbid")

    kind: Film = Film.ANNOTATED


class KeyFrameLink(BaseModel):
    """The picture of one moment."""

    t_s: float = Field(description="Seconds of the video.")
    frame: int = Field(description="Index of the picture in the source video.")
    label: str = Field(description="An event's type or a finding's code.")
    confidence: Fraction | None
    url: str


class VisualizationAnswer(BaseModel):
    """Links to everything there is to see; those to a rendering are null before there is one."""

    job_id: UUID = Field(description="The analysis that is shown.")
    original_url: str | None = Field(description="null when the upload was deleted.")
    playback_url: str | None = Field(description="Upright, in the browsers' format, on its clock.")
    annotated_url: str | None
    thumbnail_url: str | None
    key_frames: list[KeyFrameLink]
    expires_in: int = Field(description="Seconds for which the links work.")
    rendition_job_id: UUID | None = Field(description="The rendering asked for last.")
    rendition_status: Status | None = Field(
        description="How far that is; until it is completed, the links are those of the one before."
    )
