"""The four steps and how far an analysis is: plain values, imported by who only watches."""

from dataclasses import dataclass
from enum import StrEnum

FRAMES_NAME = "frames.json.gz"
RESULTS_NAME = "results.json"


class Step(StrEnum):
    """The four steps, named as the job's stages are."""

    POSE = "pose"
    METRICS = "metrics"
    FINDINGS = "findings"
    REPORT = "report"


STEPS = tuple(Step)

SHARE = {Step.POSE: 0.96, Step.METRICS: 0.02, Step.FINDINGS: 0.01, Step.REPORT: 0.01}
"""How much of the whole each step is, measured on the sample video; weights the progress."""


@dataclass(frozen=True, slots=True)
class StepProgress:
    """Where an analysis is. `seconds` is set once, when the step is over."""

    step: Step
    within: float
    frames_done: int = 0
    frames_total: int = 0
    seconds: float | None = None

    @property
    def number(self) -> int:
        """1 to 4."""
        return STEPS.index(self.step) + 1

    @property
    def fraction(self) -> float:
        """0..1 of the whole analysis."""
        before = sum(SHARE[step] for step in STEPS[: self.number - 1])
        return before + SHARE[self.step] * self.within
