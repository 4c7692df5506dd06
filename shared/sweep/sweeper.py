"""Gives a push to what nobody moves: lost messages, dead workers, uploads that never completed.

Every step can be repeated and stands alone: one that fails, because a service is away, does not
stop the others and is made up for by the next sweep.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from uuid import UUID

from shared.dispatch import Dispatcher
from shared.errors import (
    CoachError,
    DependencyError,
    UploadExpired,
    UploadMismatch,
    UploadMissing,
)
from shared.job_queue import JobQueue
from shared.models import VideoAnalysisJob
from shared.settings import DAY_S, SweepSettings
from shared.sweep.letters import Letters, Outcome
from shared.sweep.rows import CleanUp, SweepStore, tries_used_up, upload_failed, waited_too_long
from shared.telemetry import Metrics, logger
from shared.tidy import tidy
from shared.uploads import Uploads
from shared.worker_store import WorkerStore

log = logger(__name__)

FORGET_WORKERS_AFTER_S = DAY_S


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did: jobs, but for letters, workers and errors.

    Attributes:
        sent: had no message.
        resent: had one that nobody will ever receive.
        reclaimed: were taken from a dead worker and sent.
        failed: had no try left.
        timed_out: no worker took them for days.
        uploads_completed: the video was there, the app never said so.
        uploads_failed: it never came, or was not the announced one.
        letters_resent: dead letters whose job may still be tried.
        letters_removed: dead letters that nobody needs.
        workers_forgotten: were not heard for a day.
        errors: steps, or jobs within a step, that are left for the next sweep.
    """

    sent: int = 0
    resent: int = 0
    reclaimed: int = 0
    failed: int = 0
    timed_out: int = 0
    uploads_completed: int = 0
    uploads_failed: int = 0
    letters_resent: int = 0
    letters_removed: int = 0
    workers_forgotten: int = 0
    errors: int = 0


@dataclass(frozen=True, slots=True)
class Sweeper:
    """One broom; any number of them may sweep at once. `dead_letters` None: nobody looks there."""

    store: SweepStore
    uploads: Uploads
    workers: WorkerStore
    dead_letters: JobQueue | None
    settings: SweepSettings
    metrics: Metrics

    def sweep(self) -> Swept:
        """Do every step once; what could not be done is only counted."""
        tally: Counter[str] = Counter()
        for step in (
            self._send_unsent,
            self._send_silent,
            self._reclaim_dead,
            self._fail_used_up,
            self._fail_waiting,
            self._settle_uploads,
            self._settle_letters,
            self._forget_workers,
        ):
            with _counted(tally, step=step.__name__.strip("_")):
                step(tally)
        swept = Swept(**tally)
        self._tell(swept)
        return swept

    # --- the steps ------------------------------------------------------------------------------

    def _send_unsent(self, tally: Counter[str]) -> None:
        unsent = self.store.unsent(after_s=self.settings.sweep_unsent_s, most=self._most)
        self._send(unsent, tally, "sent")

    def _send_silent(self, tally: Counter[str]) -> None:
        if self.uploads.queue.depth().total:
            return
        silent = self.store.silent(after_s=self.settings.sweep_silent_s, most=self._most)
        self._send(silent, tally, "resent")

    def _reclaim_dead(self, tally: Counter[str]) -> None:
        dead = self.store.reclaim(after_s=self.settings.sweep_dead_lease_s, most=self._most)
        self._send(dead, tally, "reclaimed")

    def _fail_used_up(self, tally: Counter[str]) -> None:
        used_up = tries_used_up(lease_over_for_s=self.settings.sweep_dead_lease_s)
        tally["failed"] += self.store.end(used_up, clean_up=self._tidy, most=self._most)

    def _fail_waiting(self, tally: Counter[str]) -> None:
        too_long = waited_too_long(limit_s=self.settings.sweep_waiting_limit_s)
        tally["timed_out"] += self.store.end(too_long, clean_up=self._tidy, most=self._most)

    def _settle_uploads(self, tally: Counter[str]) -> None:
        overdue = self.store.overdue_uploads(
            grace_s=self.settings.sweep_upload_grace_s,
            again_s=self.settings.sweep_unsent_s,
            most=self._most,
        )
        if overdue:
            self.uploads.media.check()  # a HEAD in a bucket that is not there says "no such key"
        _each(overdue, lambda job: self._settle_upload(job, tally), tally)

    def _settle_letters(self, tally: Counter[str]) -> None:
        if self.dead_letters is None:
            return
        letters = Letters(self.dead_letters, self.store, self._dispatcher, self._tidy)
        for outcome in letters.settle():
            match outcome:
                case Outcome.SENT_ANEW:
                    tally["letters_resent"] += 1
                case Outcome.REMOVED:
                    tally["letters_removed"] += 1
                case Outcome.JOB_FAILED:
                    tally["failed"] += 1
                case Outcome.KEPT:
                    pass

    def _forget_workers(self, tally: Counter[str]) -> None:
        tally["workers_forgotten"] += self.workers.forget(after_s=FORGET_WORKERS_AFTER_S)

    # --- inside ---------------------------------------------------------------------------------

    def _settle_upload(self, job: VideoAnalysisJob, tally: Counter[str]) -> None:
        try:
            self.uploads.complete(job.id, owner=None)
        except UploadMissing:
            tally["uploads_failed"] += self._end_upload(job.id, UploadExpired(), _leave)
        except UploadMismatch as error:
            tally["uploads_failed"] += self._end_upload(job.id, error, self._remove_original)
        else:
            tally["uploads_completed"] += 1

    def _end_upload(self, job_id: UUID, error: CoachError, clean_up: CleanUp) -> int:
        return self.store.end(upload_failed(error), clean_up=clean_up, only=job_id)

    def _send(self, jobs: Iterable[VideoAnalysisJob], tally: Counter[str], counted_as: str) -> None:
        def send(job: VideoAnalysisJob) -> None:
            self._dispatcher.send(job)
            tally[counted_as] += 1

        _each(jobs, send, tally)

    def _tidy(self, job: VideoAnalysisJob) -> None:
        tidy(self.uploads.media, job.id, job.results_prefix)

    def _remove_original(self, job: VideoAnalysisJob) -> None:
        self.uploads.media.delete([job.s3_key])

    @property
    def _dispatcher(self) -> Dispatcher:
        return Dispatcher(self.uploads.jobs, self.uploads.queue)

    @property
    def _most(self) -> int:
        return self.settings.sweep_batch

    def _tell(self, swept: Swept) -> None:
        counts = asdict(swept)
        self.metrics.put({_metric(name): (count, "Count") for name, count in counts.items()})
        if any(counts.values()):
            log.info("swept", **{name: count for name, count in counts.items() if count})


def _each(
    jobs: Iterable[VideoAnalysisJob],
    push: Callable[[VideoAnalysisJob], None],
    tally: Counter[str],
) -> None:
    """Push each; a job that breaks it is left behind, a service that is away ends the step."""
    for job in jobs:
        with _counted(tally, job_id=str(job.id), but=DependencyError):
            push(job)


@contextmanager
def _counted(
    tally: Counter[str], *, but: type[Exception] | tuple[()] = (), **what: str
) -> Iterator[None]:
    """Count and log what goes wrong inside, `but` the errors that somebody else counts."""
    try:
        yield
    except but:
        raise
    except CoachError as error:
        tally["errors"] += 1
        log.warning("left for the next sweep", code=error.code, **what)
    except Exception:
        tally["errors"] += 1
        log.exception("sweeping broke", **what)


def _leave(_job: VideoAnalysisJob) -> None:
    """There is nothing to clean up."""


def _metric(count: str) -> str:
    return "Sweeper" + count.title().replace("_", "")
