"""What a worker asks of an analyst, and what it hears back."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict

from shared.jobs import JobKind
from worker_service.pipeline.steps import StepProgress


class Order(BaseModel):
    """One piece of work.

    Attributes:
        kind: what is to be done.
        inputs: the files it needs, by name.
        folder: where `results.json` and all that belongs to it are to be written, side by side.
        settings: as the row has them.
        worker: whose attempt it is; stands in the results.
        attempt: which one; stands in the results.
        context: bound to every log line of the work.
    """

    model_config = ConfigDict(frozen=True)

    kind: JobKind
    inputs: dict[str, Path]
    folder: Path
    settings: dict[str, Any]
    worker: str
    attempt: int
    context: dict[str, str]


class Analyst(Protocol):
    """Does one piece of work at a time."""

    @property
    def device(self) -> str | None:
        """What the last work ran on: `cpu` or `gpu`; None when that is not known."""
        ...

    def start(self) -> None:
        """Get ready for the next order; call it while there is time."""
        ...

    def analyse(
        self,
        order: Order,
        *,
        on_progress: Callable[[StepProgress], None],
        check: Callable[[], None],
    ) -> None:
        """Carry out one order; its files lie in the order's folder afterwards.

        Both callbacks run in the caller's thread, `check` at least every quarter of a second;
        what they raise ends the work and comes out unchanged.

        Raises:
            PermanentJobError: it cannot be done with these files.
            PassingJobError: the work broke, crashed, hung, took too long or too much memory.
        """
        ...

    def close(self) -> None:
        """Give up what it holds. It can be used again afterwards."""
        ...
