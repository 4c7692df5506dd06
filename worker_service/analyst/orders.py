"""What a worker asks of an analyst, and what it hears back."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from shared.analysis import AnalysisSettings
from worker_service.pipeline.steps import StepProgress


class Order(BaseModel):
    """One video to analyse.

    Attributes:
        video: the file.
        folder: where `results.json` and `frames.json.gz` are to be written.
        settings: of the analysis.
        worker: whose attempt it is; stands in the results.
        attempt: which one; stands in the results.
        context: bound to every log line of the analysis.
    """

    model_config = ConfigDict(frozen=True)

    video: Path
    folder: Path
    settings: AnalysisSettings
    worker: str
    attempt: int
    context: dict[str, str]


class Analyst(Protocol):
    """Analyses one video at a time."""

    @property
    def device(self) -> str | None:
        """What the last analysis ran on: `cpu` or `gpu`; None when that is not known."""
        ...

    def start(self) -> None:
        """Get ready for the next video; call it while there is time."""
        ...

    def analyse(
        self,
        order: Order,
        *,
        on_progress: Callable[[StepProgress], None],
        check: Callable[[], None],
    ) -> None:
        """Analyse one video; its files lie in the order's folder afterwards.

        Both callbacks run in the caller's thread, `check` at least every quarter of a second;
        what they raise ends the analysis and comes out unchanged.

        Raises:
            PermanentJobError: this video cannot be analysed.
            PassingJobError: the analysis broke, crashed, hung, took too long or too much memory.
        """
        ...

    def close(self) -> None:
        """Give up what it holds. It can be used again afterwards."""
        ...
