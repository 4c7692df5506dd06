"""How one attempt at one job ends, and what its row then says."""

from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum, auto

from shared.errors import CoachError, LeaseLost, ProcessingFailed, StorageError
from shared.job_store import Claimed
from shared.jobs import Status
from shared.results import Results
from shared.telemetry import Metrics, logger
from worker_service.attempt import Attempt, Tools
from worker_service.deadline import Deadline
from worker_service.heartbeat import Heartbeat
from worker_service.notebook import Notebook
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


@dataclass(frozen=True, slots=True)
class JobRunner:
    """Runs attempts; everything it touches is handed in.

    Attributes:
        limit_s: how long one attempt may take.
        commit_patience_s: how long results that are stored wait for the database.
    """

    tools: Tools
    shutdown: Shutdown
    metrics: Metrics
    limit_s: float
    commit_patience_s: float

    def run(self, claimed: Claimed, heartbeat: Heartbeat) -> Outcome:
        """Run one attempt to its end and write that end to the row.

        Raises:
            DatabaseError: the end could not be written; the lease will run out.
        """
        deadline = Deadline(self.limit_s)

        def stopped() -> None:
            heartbeat.check()
            self.shutdown.check()

        def check() -> None:
            stopped()
            deadline.check()

        attempt = Attempt(self.tools, claimed, check)
        try:
            results = attempt.results()
            attempt.commit(results, within_s=self.commit_patience_s, check=stopped)
        except LeaseLost:
            return self._drop(attempt)
        except ShuttingDown:
            return self._give_back(attempt)
        except CoachError as error:
            return self._fail(attempt, error)
        except Exception as error:
            log.exception("attempt broke")
            sentence = f"{ProcessingFailed.sentence}: {type(error).__name__}"
            return self._fail(attempt, ProcessingFailed(sentence))
        self._measure(results, attempt.notebook)
        return Outcome.COMPLETED

    def _fail(self, attempt: Attempt, error: CoachError) -> Outcome:
        """Write why. What is stored stays for the next attempt; the last one's end tidies it."""
        log.warning("attempt failed", code=error.code, sentence=str(error))
        try:
            status = self.tools.jobs.fail(
                attempt.claimed.lease, error, notes=attempt.notebook.notes()
            )
        except LeaseLost:
            return self._drop(attempt)
        self.metrics.put({"AttemptsFailed": (1, "Count")}, code=error.code)
        return Outcome.RETRYING if status is Status.PROCESSING else Outcome.FAILED

    def _give_back(self, attempt: Attempt) -> Outcome:
        try:
            self.tools.jobs.give_back(attempt.claimed.lease)
        except LeaseLost:
            return self._drop(attempt)
        return Outcome.RETURNED

    def _drop(self, attempt: Attempt) -> Outcome:
        """Leave a row that is not ours any more, and take away what this attempt stored."""
        lease = attempt.claimed.lease
        if self.tools.jobs.completed_by(lease):
            return Outcome.COMPLETED
        with suppress(StorageError):  # it goes when the job is over
            attempt.artifacts.remove()
        over = self.tools.jobs.over(lease.job_id)
        if over is not None and over.status is Status.CANCELLED:
            return Outcome.CANCELLED
        self.metrics.put({"LeasesLost": (1, "Count")})
        return Outcome.LEASE_LOST

    def _measure(self, results: Results, notebook: Notebook) -> None:
        if notebook.reused:
            self.metrics.put({"JobsCompleted": (1, "Count"), "ResultsReused": (1, "Count")})
            return
        timings = results.provenance.timings_s
        frames = results.pose.pose_summary.frames_sampled
        self.metrics.put(
            {
                "JobsCompleted": (1, "Count"),
                "FramesPerSecond": (frames / max(timings["pose"], 1e-6), "Count/Second"),
                "JobsOnGpu": (float(results.provenance.device == "gpu"), "Count"),
                **{f"{step.title()}Seconds": (s, "Seconds") for step, s in timings.items()},
            },
            device=results.provenance.device,
        )
