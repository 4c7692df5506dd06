"""What an attempt finds out about itself, for its line in the history."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from shared.job_moves import AttemptNotes
from worker_service.pipeline.steps import StepProgress


@dataclass(slots=True)
class Notebook:
    """Opened when the attempt begins, filled in as it goes on.

    Attributes:
        began: when, on the monotonic clock.
        device: `cpu` or `gpu`, None as long as no model was loaded.
        reused: whether an earlier attempt's results were taken over.
        seconds: how long each part took.
    """

    began: float = field(default_factory=time.monotonic)
    device: str | None = None
    reused: bool = False
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def lasted_s(self) -> float:
        """How long the attempt has been under way."""
        return time.monotonic() - self.began

    @contextmanager
    def timed(self, part: str) -> Iterator[None]:
        """Note how long the body took, whether it ends well or not."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.seconds[part] = round(time.monotonic() - began, 4)

    def heard(self, step: StepProgress) -> None:
        """Note how long a step took that is over."""
        if step.seconds is not None:
            self.seconds[step.step.value] = round(step.seconds, 4)

    def notes(self) -> AttemptNotes:
        """What is known by now."""
        return AttemptNotes(device=self.device, seconds=dict(self.seconds))
