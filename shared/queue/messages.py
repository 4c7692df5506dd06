"""The queue message: it says which row, and the row wins where they differ."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class JobMessage(BaseModel):
    """The job message. Unknown fields are ignored.

    `v` is 2 for every kind of job but a video's. Workers of before there were kinds would take such
    a job for a video; they cannot read its message and leave it, so it comes back for another one.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    v: Literal[1, 2] = 1
    job_id: UUID
    session_id: UUID | None
    sample_fps: float
    include_frames: bool
    trace_id: str
