"""What an analyst says to its worker: one JSON object a line, over a socket of their own.

Nothing that a library prints can get in between, and nothing that is said runs code.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from shared.errors import JobError, job_error
from worker_service.pipeline.steps import Step, StepProgress

LONGEST_LINE = 64 * 1024
"""Bytes. A longer line is nothing that an analyst says."""


class NotUnderstood(Exception):
    """A line that no sound analyst says."""


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Ready(_Said):
    """It has imported what it needs and takes orders.

    Attributes:
        device: what it will run on; None where the model is not there yet.
    """

    kind: Literal["ready"] = "ready"
    device: str | None


class Begun(_Said):
    """It has an order in hand: if it ends now, the files may be why."""

    kind: Literal["begun"] = "begun"


class Moved(_Said):
    """How far the work is: a `StepProgress`."""

    kind: Literal["moved"] = "moved"
    step: Step
    within: float
    frames_done: int
    frames_total: int
    seconds: float | None
    steps: tuple[Step, ...]

    @classmethod
    def of(cls, progress: StepProgress) -> "Moved":
        """Put progress on the wire."""
        return cls(
            step=progress.step,
            within=progress.within,
            frames_done=progress.frames_done,
            frames_total=progress.frames_total,
            seconds=progress.seconds,
            steps=progress.steps,
        )

    def progress(self) -> StepProgress:
        """Take it off again."""
        return StepProgress(
            self.step,
            self.within,
            self.frames_done,
            self.frames_total,
            self.seconds,
            self.steps,
        )


class Done(_Said):
    """The work is over and its files are written."""

    kind: Literal["done"] = "done"
    device: str | None


class Failed(_Said):
    """The work ended with an error of ours; one that nobody foresaw is `foreseen=False`."""

    kind: Literal["failed"] = "failed"
    code: str
    sentence: str
    foreseen: bool
    device: str | None

    def error(self) -> JobError:
        """Build the error anew."""
        return job_error(self.code, self.sentence)


Said = Ready | Begun | Moved | Done | Failed

_SAID: TypeAdapter[Said] = TypeAdapter(Annotated[Said, Field(discriminator="kind")])


def line_of(message: BaseModel) -> bytes:
    """Return a message as one line."""
    return message.model_dump_json().encode() + b"\n"


def understand(line: bytes) -> Said:
    """Return what a line says.

    Raises:
        NotUnderstood: nothing that an analyst says.
    """
    try:
        return _SAID.validate_json(line)
    except ValidationError as error:
        raise NotUnderstood from error
