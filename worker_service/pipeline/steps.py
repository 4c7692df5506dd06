"""The steps of each piece of work and how far it is: plain values, imported by who only watches."""

from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """What is done one after the other, named as the job's stages are."""

    POSE = "pose"
    METRICS = "metrics"
    FINDINGS = "findings"
    REPORT = "report"
    RENDERING = "rendering"


MEASURING = (Step.METRICS, Step.FINDINGS, Step.REPORT)
"""The steps of an analysis that begins from a stored pose."""

STEPS = (Step.POSE, *MEASURING)
"""The four steps of an analysed video."""

RENDERING = (Step.RENDERING,)
"""The step of a drawn video."""

LOOKING = (Step.POSE,)
"""The step of still pictures; `frames_done` counts them."""

SHARE = {
    Step.POSE: 0.96,
    Step.METRICS: 0.02,
    Step.FINDINGS: 0.01,
    Step.REPORT: 0.01,
    Step.RENDERING: 1.0,
}
"""How much of the whole each step is, measured on the sample video; weights the progress."""


@dataclass(frozen=True, slots=True)
class StepProgress:
    """Where a piece of work is.

    Attributes:
        step: the one at hand.
        within: 0..1 of it.
        frames_done, frames_total: pictures.
        seconds: how long it took; set once, when it is over.
        steps: all there are in this piece of work, in order.
    """

    step: Step
    within: float
    frames_done: int = 0
    frames_total: int = 0
    seconds: float | None = None
    steps: tuple[Step, ...] = STEPS

    @property
    def number(self) -> int:
        """1 for the first of `steps`."""
        return self.steps.index(self.step) + 1

    @property
    def fraction(self) -> float:
        """0..1 of the whole."""
        before = sum(SHARE[step] for step in self.steps[: self.number - 1])
        done = before + SHARE[self.step] * self.within
        return done / sum(SHARE[step] for step in self.steps)
