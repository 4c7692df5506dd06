"""Gives a push to what nobody moves: lost messages, dead workers, uploads that never completed.

Every step can be repeated and stands alone: one that fails, because a service is away, does not
stop the others and is made up for by the next sweep.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from uuid import UUID

from shared.erasure.deletions import Erasure
from shared.erasure.store import brought_by
from shared.errors import (
    CoachError,
    ConsentRequired,
    DependencyError,
    StorageError,
    UploadExpired,
    UploadMismatch,
    UploadMissing,
)
from shared.jobs import JobKind
from shared.media.store import MediaStore
from shared.media.tidy import tidy
from shared.models import VideoAnalysisJob
from shared.queue.dispatch import Dispatcher
from shared.queue.job_queue import JobQueue
from shared.settings import DAY_S, SweepSettings
from shared.sweep.letters import Letters, Outcome
from shared.sweep.rows import (
    Ending,
    SweepStore,
    dead_lease,
    tries_used_up,
    upload_failed,
    waited_too_long,
)
from shared.telemetry import Metrics, logger
from shared.uploads.places import abandon
from shared.uploads.videos import Uploads
from shared.worker_store import WorkerStore

log = logger(__name__)

FORGET_WORKERS_AFTER_S = DAY_S

PICTURES_UNASKED = "Nobody asked for the analysis of these pictures in time. Upload them again."

REFUSED_UPLOADS = (UploadMismatch, ConsentRequired)
"""The video is there and may not be analysed; it does not stay either."""

ERASE_WITHIN_S = 20.0
"""How long one deletion may take up a sweep; it goes on with the next."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did: jobs, but for letters, workers and errors.

    Attributes:
        sent: had no message.
        resent: had one that brought nobody.
        reclaimed: were taken from a dead worker and sent.
        failed: had no try left.
        timed_out: no worker took them for days.
        uploads_completed: the video was there, the app never said so.
        uploads_failed: it never came, or was not the announced one.
        letters_resent: dead letters whose job may still be tried.
        letters_removed: dead letters that nobody needs.
        workers_forgotten: were not heard for a day.
        tidied: had been over for long, and were looked through for late files.
        erased: deletions whose files went: those that S3 had refused, and late ones.
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
    tidied: int = 0
    erased: int = 0
    errors: int = 0


@dataclass(frozen=True, slots=True)
class Sweeper:
    """One broom; any number of them may sweep at once. `dead_letters` None: nobody looks there."""

    store: SweepStore
    uploads: Uploads
    dispatcher: Dispatcher
    media: MediaStore
    erasure: Erasure
    workers: WorkerStore
    dead_letters: JobQueue | None
    settings: SweepSettings
    metrics: Metrics

    def sweep(self) -> Swept:
        """Do every step once; what could not be done is only counted."""
        tally: Counter[str] = Counter()
        for step in (
            self._count_open,
            self._send_unsent,
            self._send_silent,
            self._settle_dead_leases,
            self._fail_waiting,
            self._settle_uploads,
            self._settle_letters,
            self._forget,
            self._tidy_late,
            self._erase,
        ):
            with _counted(tally, step=step.__name__.strip("_")):
                step(tally)
        swept = Swept(**tally)
        self._tell(swept)
        return swept

    def _count_open(self, tally: Counter[str]) -> None:  # noqa: ARG002 - a step like the others
        """Tell how many workers are wanted; first, for it may not wait for a service that hangs."""
        self.metrics.put({"JobsOpen": (self.store.open_jobs(), "Count")})

    def _send_unsent(self, tally: Counter[str]) -> None:
        unsent = self.store.unsent(after_s=self.settings.sweep_unsent_s, most=self._most)
        self._send(unsent, tally, "sent")

    def _send_silent(self, tally: Counter[str]) -> None:
        """An empty queue has lost their messages; behind others they may only have to wait."""
        waited_s = self.settings.sweep_silent_s
        if self.dispatcher.queue.depth().total:
            waited_s = self.settings.sweep_lost_s
        self._send(self.store.silent(after_s=waited_s, most=self._most), tally, "resent")

    def _settle_dead_leases(self, tally: Counter[str]) -> None:
        after_s = self.settings.sweep_dead_lease_s
        self.store.notice(after_s=after_s, most=self._most)
        dead = dead_lease(after_s=after_s, sure_s=self.settings.sweep_sure_s)
        self._end(tries_used_up(dead), tally, "failed")
        self._send(self.store.reclaim(dead, most=self._most), tally, "reclaimed")

    def _fail_waiting(self, tally: Counter[str]) -> None:
        too_long = waited_too_long(limit_s=self.settings.sweep_waiting_limit_s)
        self._end(too_long, tally, "timed_out")

    def _settle_uploads(self, tally: Counter[str]) -> None:
        overdue = self.store.overdue_uploads(
            grace_s=self.settings.sweep_upload_grace_s,
            again_s=self.settings.sweep_unsent_s,
            most=self._most,
        )
        if overdue:
            self.media.check()  # a HEAD in a bucket that is not there says "no such key"
        _each(overdue, lambda job: self._settle_upload(job, tally), tally)

    def _settle_letters(self, tally: Counter[str]) -> None:
        if self.dead_letters is None:
            return
        failed: list[VideoAnalysisJob] = []
        letters = Letters(self.dead_letters, self.store, self.dispatcher, failed.append)
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
        self._clean_now(failed)

    def _forget(self, tally: Counter[str]) -> None:
        self.store.forget_requests()
        tally["workers_forgotten"] += self.workers.forget(after_s=FORGET_WORKERS_AFTER_S)

    def _tidy_late(self, tally: Counter[str]) -> None:
        """Remove what was left or stored when its job was over already.

        S3 was away then, a worker that had lost its lease was still at work, or an upload under
        way. By now none can be: an attempt has its limit, and so has a URL.
        """
        late = self.store.untidied(
            after_s=self._no_late_file_s,
            again_s=self.settings.sweep_unsent_s,
            most=self._most,
        )
        for job in late:
            self.media.check()  # where S3 is away, the others need not be tried
            with _counted(tally, job_id=str(job.id)):  # one that S3 refuses holds up no other
                self._clean(job)
                self.store.tidied(job)
                tally["tidied"] += 1

    def _erase(self, tally: Counter[str]) -> None:
        """Erase what deleted jobs left, now and once no worker and no upload can be left."""
        due = self.erasure.store.due(
            unfinished_s=self.settings.sweep_unsent_s,
            late_s=self._no_late_file_s,
            most=self._most,
        )
        for receipt, late in due:
            self.media.check()
            with _counted(tally, receipt_id=str(receipt.id)):
                if self.erasure.empty(receipt, within_s=ERASE_WITHIN_S, for_good=late):
                    tally["erased"] += 1

    def _settle_upload(self, job: VideoAnalysisJob, tally: Counter[str]) -> None:
        if job.kind == JobKind.IMAGES:  # there or not: only the coach can say what to look for
            expired = upload_failed(UploadExpired(PICTURES_UNASKED))
            self._end(expired, tally, "uploads_failed", only=job.id)
            return
        try:
            self.uploads.settle(job.id)
        except UploadMissing:
            self._end(upload_failed(UploadExpired()), tally, "uploads_failed", only=job.id)
        except REFUSED_UPLOADS as error:
            self._end(upload_failed(error), tally, "uploads_failed", only=job.id)
        else:
            tally["uploads_completed"] += 1

    def _end(
        self, ending: Ending, tally: Counter[str], counted_as: str, *, only: UUID | None = None
    ) -> None:
        """Fail jobs; what they leave behind goes after the commit, and if need be later."""
        failed = self.store.end(ending, most=self._most, only=only)
        tally[counted_as] += len(failed)
        self._clean_now(failed)

    def _send(self, jobs: Iterable[VideoAnalysisJob], tally: Counter[str], counted_as: str) -> None:
        def send(job: VideoAnalysisJob) -> None:
            self.dispatcher.send(job)
            tally[counted_as] += 1

        _each(jobs, send, tally)

    def _clean_now(self, jobs: Iterable[VideoAnalysisJob]) -> None:
        try:
            for job in jobs:
                self._clean(job)
        except StorageError:
            log.warning("not tidied; done later")

    def _clean(self, job: VideoAnalysisJob) -> None:
        tidy(self.media, job.id, keep=job.results_prefix, up_to=job.attempt)
        abandon(self.media, job)
        refused = job.error_code in {error.code for error in REFUSED_UPLOADS}
        if refused or job.started_at is None:  # nobody will ever look at what was sent
            for place in brought_by(job):  # not what a rendering only reads
                self.media.erase_prefix(place)

    @property
    def _no_late_file_s(self) -> float:
        """So long after a job's end no worker and no upload of it can be left."""
        last_put_s = self.uploads.limits.upload_url_expires_s + self.settings.sweep_upload_grace_s
        return max(self.settings.sweep_tidy_s, last_put_s)

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


def _metric(count: str) -> str:
    return "Sweeper" + count.title().replace("_", "")
