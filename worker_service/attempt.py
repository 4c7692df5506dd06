"""One attempt's work: take over what is stored, or download, analyse, upload; then commit."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from shared.attempt_store import Claimed
from shared.documents import RESULTS, JobResults
from shared.errors import (
    CoachError,
    DependencyError,
    DownloadFailed,
    LeaseLost,
    MaxRetries,
    ProcessingFailed,
    SaveFailed,
    StorageError,
)
from shared.files import RESULTS_NAME
from shared.job_store import JobStore
from shared.jobs import AttemptOutcome, JobKind
from shared.media.store import MediaStore
from shared.telemetry import logger
from worker_service.analyst.orders import Analyst, Order
from worker_service.artifacts import Artifacts
from worker_service.notebook import Notebook
from worker_service.patience import patiently
from worker_service.pipeline.steps import StepProgress
from worker_service.progress import ProgressWriter
from worker_service.scratch import Scratch
from worker_service.shutdown import ShuttingDown

log = logger(__name__)

UPLOADED_NAME = "source"
"""The one input of a job that was uploaded."""

INPUTS = "inputs"
"""The folder for what is fetched: nothing in it is stored again."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What every attempt of a worker works with."""

    jobs: JobStore
    media: MediaStore
    analyst: Analyst
    scratch: Scratch
    worker: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """A claimed job on its way to a committed row.

    Attributes:
        tools: the worker's.
        claimed: the job and the right to write to it.
        check: called all along, at least every quarter of a second; what it raises ends the work.
        patience_s: how long a service may be away before what was computed is given up.
        notebook: filled in on the way.
    """

    tools: Tools
    claimed: Claimed
    check: Callable[[], None]
    patience_s: float
    notebook: Notebook = field(default_factory=Notebook)

    @property
    def artifacts(self) -> Artifacts:
        """Its files in the bucket."""
        return Artifacts(self.tools.media, self.claimed.lease, self.kind)

    @property
    def kind(self) -> JobKind:
        """What the job does."""
        return JobKind(self.claimed.job.kind)

    def results(self) -> JobResults:
        """See to it that the results lie in the bucket, and return them.

        Raises:
            JobError: this attempt cannot have any.
        """
        if taken_over := self._taken_over():
            return taken_over
        if self.claimed.only_takes_over:
            raise MaxRetries
        return self._computed()

    def commit(self, results: JobResults, *, check: Callable[[], None]) -> None:
        """Write them to the row, patiently.

        Results that the database refuses for good are taken away, lest the next attempt tries
        them again.

        Raises:
            SaveFailed: the database stayed away.
            LeaseLost: another attempt owns the row, or it is final.
        """
        document = results.model_dump(mode="json")

        def commit() -> None:
            try:
                self.tools.jobs.finish(
                    self.claimed.lease,
                    results=document,
                    results_prefix=self.artifacts.prefix,
                    notes=self.notebook.notes(),
                )
            except LeaseLost:  # or an earlier try got through and its answer did not
                if self.outcome() is not AttemptOutcome.COMPLETED:
                    raise

        try:
            patiently(commit, within_s=self.patience_s, check=check)
        except DependencyError as error:
            raise SaveFailed from error
        except (CoachError, ShuttingDown):
            raise
        except Exception:
            with suppress(StorageError):
                self.artifacts.remove()
            raise

    def outcome(self) -> AttemptOutcome:
        """How this attempt ended, by the history; `RUNNING` where nobody ended it.

        A job that was deleted took its history along: it counts as cancelled.
        """
        attempts = self.tools.jobs.attempts(self.claimed.lease.job_id)
        number = self.claimed.lease.attempt
        ended = (AttemptOutcome(each.outcome) for each in attempts if each.attempt == number)
        return next(ended, AttemptOutcome.CANCELLED)

    def _taken_over(self) -> JobResults | None:
        """Take over what is stored; where that is the only hope left, a silent S3 is waited for."""
        within_s = self.patience_s if self.claimed.only_takes_over else 0
        with _as_download_failure(), self.notebook.timed("look"):
            results = patiently(
                lambda: self.artifacts.take_over(self.check), within_s=within_s, check=self.check
            )
        if results is not None:
            log.info("results were stored already")
            self.notebook.reused = True
        return results

    def _computed(self) -> JobResults:
        with self.tools.scratch.folder() as folder:
            with self.notebook.timed("download"):
                inputs = self._download(folder / INPUTS)
            results = self._analyse(inputs, folder)
            with self.notebook.timed("upload"):
                self._upload(folder)
            return results

    def _download(self, folder: Path) -> dict[str, Path]:
        """Fetch what the job works on, by name."""
        job = self.claimed.job
        self.tools.scratch.need(job.source_bytes or 0)
        folder.mkdir()
        keys = job.inputs or {UPLOADED_NAME: job.s3_key}
        with _as_download_failure():
            for name, key in keys.items():
                self.tools.media.download(key, folder / name, check=self.check)
        if not job.inputs:
            self._check_size(folder / UPLOADED_NAME)
        return {name: folder / name for name in keys}

    def _check_size(self, uploaded: Path) -> None:
        announced = self.claimed.job.source_bytes
        if announced is not None and uploaded.stat().st_size != announced:
            raise DownloadFailed(f"{DownloadFailed.sentence}: the file has another size")

    def _analyse(self, inputs: dict[str, Path], folder: Path) -> JobResults:
        write_progress = ProgressWriter(self.tools.jobs, self.claimed.lease)

        def on_progress(step: StepProgress) -> None:
            self.notebook.heard(step)
            write_progress(step)

        try:
            self.tools.analyst.analyse(
                self._order(inputs, folder), on_progress=on_progress, check=self.check
            )
        finally:
            self.notebook.device = self.tools.analyst.device
        try:
            return RESULTS[self.kind].model_validate_json((folder / RESULTS_NAME).read_bytes())
        except (FileNotFoundError, ValueError) as error:
            raise ProcessingFailed(f"{ProcessingFailed.sentence}: no valid results") from error

    def _order(self, inputs: dict[str, Path], folder: Path) -> Order:
        job, lease = self.claimed.job, self.claimed.lease
        return Order(
            kind=self.kind,
            inputs=inputs,
            folder=folder,
            settings=job.settings,
            worker=self.tools.worker,
            attempt=lease.attempt,
            context={
                "job_id": str(job.id),
                "trace_id": job.trace_id,
                "attempt": str(lease.attempt),
            },
        )

    def _upload(self, folder: Path) -> None:
        def upload() -> None:
            self.artifacts.upload(folder, self.check)

        try:
            patiently(upload, within_s=self.patience_s, check=self.check)
        except StorageError as error:
            raise SaveFailed from error


@contextmanager
def _as_download_failure() -> Iterator[None]:
    try:
        yield
    except StorageError as error:
        raise DownloadFailed(f"{DownloadFailed.sentence}: {error}") from error
