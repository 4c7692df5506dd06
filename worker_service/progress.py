"""Writes an attempt's progress to its row, rarely."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from shared.attempt_store import Progress
from shared.errors import DatabaseError
from shared.job_moves import Lease
from shared.job_store import JobStore
from shared.jobs import Stage
from shared.telemetry import logger
from worker_service.pipeline.steps import StepProgress

log = logger(__name__)

WRITE_EVERY_S = 0.5
"""At most two writes a second."""

TOO_EARLY_TO_TELL = 0.05
"""Below this fraction no completion time is estimated."""


@dataclass(slots=True)
class ProgressWriter:
    """Called after every picture and every step.

    Raises `LeaseLost` out of the analysis when the row is not ours any more, because the job was
    cancelled, say.
    """

    jobs: JobStore
    lease: Lease
    _started: float = field(default_factory=time.monotonic)
    _written: float = float("-inf")

    def __call__(self, step: StepProgress) -> None:
        if step.seconds is not None:
            which = f"{step.number}/{len(step.steps)}"
            log.info(f"Step {which}: {step.step}", seconds=round(step.seconds, 3))  # noqa: G004 - the documented line
        now = time.monotonic()
        if now - self._written >= WRITE_EVERY_S:
            self._written = now
            self._write(step, elapsed_s=now - self._started)

    def _write(self, step: StepProgress, *, elapsed_s: float) -> None:
        progress = Progress(
            stage=Stage(step.step.value),
            percent=round(100 * step.fraction, 1),
            frames_done=step.frames_done,
            frames_total=step.frames_total,
            estimated_completion=_estimate(step.fraction, elapsed_s),
        )
        try:
            self.jobs.progress(self.lease, progress)
        except DatabaseError as error:
            log.warning("progress not written", code=error.code)


def _estimate(fraction: float, elapsed_s: float) -> datetime | None:
    if fraction < TOO_EARLY_TO_TELL:
        return None
    return datetime.now(UTC) + timedelta(seconds=elapsed_s * (1 - fraction) / fraction)
