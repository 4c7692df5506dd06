"""How one attempt at one job ends, and what its row then says."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum, auto

from shared.attempt_store import Claimed
from shared.documents import JobResults
from shared.errors import CoachError, DependencyError, LeaseLost, ProcessingFailed
from shared.jobs import AttemptOutcome, Status
from shared.results import Results
from shared.telemetry import Metrics, logger
from worker_service.attempt import Attempt, Tools
from worker_service.deadline import Deadline
from worker_service.heartbeat import Heartbeat
from worker_service.notebook import Notebook
from worker_service.patience import SHORT_S, patiently
from worker_service.pipeline.steps import Step
from worker_service.rest import Rest
from worker_service.shutdown import Shutdown, ShuttingDown

log = logger(__name__)


class Outcome(StrEnum):
    """How an attempt ended, and so what becomes of its message."""

    COMPLETED = auto()
    FAILED = auto()
    CANCELLED = auto()
    RETRYING = auto()
    RETURNED = auto()
    LEASE_LOST = auto()


_SETTLED = {
    AttemptOutcome.COMPLETED: Outcome.COMPLETED,
    AttemptOutcome.FAILED: Outcome.FAILED,
    AttemptOutcome.RETRYING: Outcome.RETRYING,
    AttemptOutcome.RETURNED: Outcome.RETURNED,
}
"""Ends that only the attempt itself can have written: its word got through, the answer did not."""


@dataclass(frozen=True, slots=True)
class JobRunner:
    """Runs attempts; everything it touches is handed in.

    Attributes:
        rest: told how attempts end.
        limit_s: how long one attempt may take.
        patience_s: how long a service may be away before what was computed is given up.
        alive: called wherever an attempt asks whether to go on, and while its end is tried again.
    """

    tools: Tools
    shutdown: Shutdown
    metrics: Metrics
    rest: Rest
    limit_s: float
    patience_s: float
    alive: Callable[[], None] = lambda: None

    def run(self, claimed: Claimed, heartbeat: Heartbeat) -> Outcome:
        """Run one attempt to its end and write that end to the row.

        Raises:
            DatabaseError: the end could not be written; the lease will run out.
        """
        deadline = Deadline(self.limit_s)

        def stopped() -> None:
            self.alive()
            heartbeat.check()
            self.shutdown.check()

        def check() -> None:
            stopped()
            deadline.check()

        attempt = Attempt(self.tools, claimed, check, self.patience_s)
        try:
            return self._complete(attempt, stopped)
        except LeaseLost:
            return self._drop(attempt)
        except ShuttingDown:
            return self._give_back(attempt)

    def _complete(self, attempt: Attempt, stopped: Callable[[], None]) -> Outcome:
        try:
            results = attempt.results()
            attempt.commit(results, check=stopped)
        except (LeaseLost, ShuttingDown):
            raise
        except CoachError as error:
            return self._fail(attempt, error, stopped)
        except Exception as error:
            log.exception("attempt broke")
            sentence = f"{ProcessingFailed.sentence}: {type(error).__name__}"
            return self._fail(attempt, ProcessingFailed(sentence), stopped)
        self.rest.after(None)
        self._measure(attempt, results)
        return Outcome.COMPLETED

    def _fail(self, attempt: Attempt, error: CoachError, stopped: Callable[[], None]) -> Outcome:
        """Write why. What is stored stays for the next attempt; the last one's end tidies it."""
        log.warning("attempt failed", code=error.code, sentence=str(error))
        self.rest.after(error)

        def fail() -> Status:
            return self.tools.jobs.fail(
                attempt.claimed.lease, error, notes=attempt.notebook.notes()
            )

        status = patiently(fail, within_s=self.patience_s, check=stopped)
        self.metrics.put({"AttemptsFailed": (1, "Count")}, code=error.code)
        return Outcome.RETRYING if status is Status.PROCESSING else Outcome.FAILED

    def _give_back(self, attempt: Attempt) -> Outcome:
        def give_back() -> None:
            self.tools.jobs.give_back(attempt.claimed.lease)

        try:
            patiently(give_back, within_s=min(SHORT_S, self.patience_s), check=self.alive)
        except LeaseLost:
            return self._drop(attempt)
        return Outcome.RETURNED

    def _drop(self, attempt: Attempt) -> Outcome:
        """Leave a row that is not ours any more, and take away what this attempt stored.

        Unless it is not ours because our own word about it got through.
        """
        within_s = min(SHORT_S, self.patience_s)
        ended = patiently(attempt.outcome, within_s=within_s, check=self.alive)
        if ended in _SETTLED:
            return _SETTLED[ended]
        try:
            patiently(attempt.artifacts.remove, within_s=within_s, check=self.alive)
        except DependencyError as error:
            log.warning("files left for the sweeper", code=error.code)
        if ended is AttemptOutcome.CANCELLED:
            return Outcome.CANCELLED
        self.metrics.put({"LeasesLost": (1, "Count")})
        return Outcome.LEASE_LOST

    def _measure(self, attempt: Attempt, results: JobResults) -> None:
        self.metrics.put(
            {
                "JobsCompleted": (1, "Count"),
                "JobSeconds": (attempt.notebook.lasted_s, "Seconds"),
                **_speed(results, attempt.notebook),
            },
            kind=attempt.kind,
            device=attempt.notebook.device or "",
        )


def _speed(results: JobResults, notebook: Notebook) -> dict[str, tuple[float, str]]:
    """How fast the work was; of a reanalysis how fast its own steps were."""
    if notebook.reused:
        return {"ResultsReused": (1, "Count")}
    if not isinstance(results, Results):
        drawing_s = notebook.seconds.get(Step.RENDERING)
        return {} if drawing_s is None else {"RenderingSeconds": (drawing_s, "Seconds")}
    timings = results.provenance.timings_s
    steps = {f"{step.title()}Seconds": (s, "Seconds") for step, s in timings.items()}
    if Step.POSE not in timings:
        return steps
    frames = results.pose.pose_summary.frames_sampled
    return {
        "FramesPerSecond": (frames / max(timings[Step.POSE], 1e-6), "Count/Second"),
        "JobsOnGpu": (float(results.provenance.device == "gpu"), "Count"),
        **steps,
    }
