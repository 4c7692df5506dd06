"""The queue message: it says which row, and the row wins where they differ."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class JobMessage(BaseModel):
    """Version 1 of the job message. Unknown fields of later versions are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    v: Literal[1] = 1
    job_id: UUID
    session_id: UUID | None
    sample_fps: float
    include_frames: bool
    trace_id: str
