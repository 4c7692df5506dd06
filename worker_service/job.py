"""One attempt at one job: download, verify, analyse, upload, commit, clean up."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum, auto
from pathlib import Path

from shared.analysis import AnalysisSettings
from shared.errors import (
    CoachError,
    DatabaseError,
    DownloadFailed,
    LeaseLost,
    ProcessingFailed,
    SaveFailed,
    StorageError,
)
from shared.job_moves import Lease
from shared.job_store import Claimed, JobStore
from shared.jobs import Status
from shared.media_store import MediaStore, results_prefix
from shared.models import VideoAnalysisJob
from shared.results import Results
from shared.telemetry import Metrics, logger
from worker_service.heartbeat import Heartbeat
from worker_service.pipeline.analyse import analyse
from worker_service.pipeline.engine import PoseEngine
from worker_service.pipeline.steps import FRAMES_NAME, RESULTS_NAME
from worker_service.pipeline.video.probe import VideoLimits
from worker_service.progress import ProgressWriter
from worker_service.shutdown import Shutdown, ShuttingDown

log = logger(__name__)

COMMIT_PAUSES_S = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Before each try to commit results that are already in S3; together within the grace time of a
shutdown."""


class Outcome(StrEnum):
    """How an attempt ended, and so what becomes of its message."""

    COMPLETED = auto()
    FAILED = auto()
    RETRYING = auto()
    GIVEN_UP = auto()
    RETURNED = auto()
    LEASE_LOST = auto()


@dataclass(frozen=True, slots=True)
class JobRunner:
    """Runs attempts; everything it touches is handed in."""

    jobs: JobStore
    media: MediaStore
    engine: PoseEngine
    limits: VideoLimits
    tmp: Path
    worker: str
    shutdown: Shutdown
    metrics: Metrics
    commit_pauses_s: Sequence[float] = COMMIT_PAUSES_S

    def run(self, claimed: Claimed, heartbeat: Heartbeat) -> Outcome:
        """Run one attempt to its end and write that end to the row.

        Raises:
            DatabaseError: the end could not be written; the lease will run out.
        """
        try:
            self._attempt(claimed, heartbeat)
        except LeaseLost:
            return self._drop(claimed.lease)
        except ShuttingDown:
            return self._give_back(claimed.lease)
        except CoachError as error:
            return self._fail(claimed.lease, error)
        except Exception as error:
            log.exception("analysis broke")
            failure = ProcessingFailed(f"Processing failed: {type(error).__name__}")
            return self._fail(claimed.lease, failure)
        return Outcome.COMPLETED

    def _attempt(self, claimed: Claimed, heartbeat: Heartbeat) -> None:
        def check() -> None:
            heartbeat.check()
            self.shutdown.check()

        job, lease = claimed.job, claimed.lease
        with private_folder(self.tmp, job) as folder:
            source = folder / "source"
            self._download(job, source, check)
            analysis = analyse(
                source,
                AnalysisSettings.model_validate(job.settings),
                engine=self.engine,
                limits=self.limits,
                report_progress=ProgressWriter(self.jobs, lease, check),
            )
            results = analysis.save(folder, worker=self.worker, attempt=lease.attempt)
            self._upload(folder, lease)
        self._commit(lease, results)
        self._measure(results)

    def _download(self, job: VideoAnalysisJob, source: Path, check: Callable[[], None]) -> None:
        try:
            self.media.download(job.s3_key, source, on_bytes=lambda _: check())
        except StorageError as error:
            raise DownloadFailed(f"{DownloadFailed.sentence}: {error}") from error
        if job.source_bytes is not None and source.stat().st_size != job.source_bytes:
            raise DownloadFailed(f"{DownloadFailed.sentence}: the file has another size")

    def _upload(self, folder: Path, lease: Lease) -> None:
        prefix = results_prefix(lease.job_id, lease.attempt)
        try:
            self.media.upload(
                folder / FRAMES_NAME,
                prefix + FRAMES_NAME,
                content_type="application/json",
                content_encoding="gzip",
            )
            self.media.upload(
                folder / RESULTS_NAME, prefix + RESULTS_NAME, content_type="application/json"
            )
        except StorageError as error:
            raise SaveFailed from error

    def _commit(self, lease: Lease, results: Results) -> None:
        """Commit, patiently: what was computed is not computed again for a short outage."""
        document = results.model_dump(mode="json")
        prefix = results_prefix(lease.job_id, lease.attempt)
        for pause_s in self.commit_pauses_s:
            time.sleep(pause_s)
            try:
                self.jobs.finish(lease, results=document, results_prefix=prefix)
            except DatabaseError:
                log.warning("commit failed")
            except LeaseLost:
                if self.jobs.completed_by(lease):  # an earlier try got through, its answer did not
                    return
                raise
            else:
                return
        raise SaveFailed

    def _fail(self, lease: Lease, error: CoachError) -> Outcome:
        log.warning("attempt failed", code=error.code, sentence=str(error))
        try:
            status = self.jobs.fail(lease, error)
        except LeaseLost:
            return self._drop(lease)
        self._remove_results(lease)
        self.metrics.put({"AttemptsFailed": (1, "Count")}, code=error.code)
        if status is Status.PROCESSING:
            return Outcome.RETRYING
        return Outcome.GIVEN_UP if error.retryable else Outcome.FAILED

    def _give_back(self, lease: Lease) -> Outcome:
        try:
            self.jobs.give_back(lease)
        except LeaseLost:
            return Outcome.LEASE_LOST
        return Outcome.RETURNED

    def _drop(self, lease: Lease) -> Outcome:
        """Leave a row that is not ours any more, and take away what this attempt stored."""
        if self.jobs.completed_by(lease):
            return Outcome.COMPLETED
        self._remove_results(lease)
        return Outcome.LEASE_LOST

    def _remove_results(self, lease: Lease) -> None:
        with suppress(StorageError):
            self.media.delete_prefix(results_prefix(lease.job_id, lease.attempt))

    def _measure(self, results: Results) -> None:
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


@contextmanager
def private_folder(parent: Path, job: VideoAnalysisJob) -> Iterator[Path]:
    """A folder only this process may read, gone at the end whatever happens."""
    folder = Path(tempfile.mkdtemp(prefix=f"coach-{job.id}-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
