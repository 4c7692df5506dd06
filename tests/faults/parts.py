"""The parts of a worker that reach outside, each telling a `Watch` which points it passes.

They are the real parts: a watched one only looks before and after, and the analyst's callback is
where an analysis can be looked into.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from botocore.response import StreamingBody
from pydantic import ValidationError

from shared.attempt_store import Busy, Claimed, Over
from shared.errors import CoachError, DatabaseError, ProcessingFailed, QueueError, StorageError
from shared.files import FRAMES_NAME, RESULTS_NAME
from shared.job_moves import NO_NOTES, AttemptNotes, Lease
from shared.job_store import JobStore
from shared.jobs import Status
from shared.media.store import MediaStore
from shared.media.transfer import Check
from shared.queue.job_queue import JobQueue, Received
from shared.queue.messages import JobMessage
from tests.faults.orders import Watch
from tests.faults.points import Point
from worker_service.__main__ import Parts
from worker_service.analyst.orders import Analyst, Order
from worker_service.pipeline.steps import Step, StepProgress

STEP_POINTS = {
    Step.POSE: Point.IN_POSE,
    Step.METRICS: Point.IN_METRICS,
    Step.FINDINGS: Point.IN_FINDINGS,
    Step.REPORT: Point.IN_REPORT,
}

PIECE_BYTES = 4096


def watched(parts: Parts, watch: Watch) -> Parts:
    """The same parts, watched."""
    return replace(
        parts,
        jobs=WatchedJobs(parts.jobs, watch),
        media=WatchedMedia(parts.media, watch),
        queue=WatchedQueue(parts.queue, watch),
        analyst=WatchedAnalyst(parts.analyst, watch),
    )


class WatchedJobs(JobStore):
    """Claims, beats, commits and failures."""

    def __init__(self, real: JobStore, watch: Watch) -> None:
        super().__init__(real._engine)
        self._watch = watch

    def claim(
        self, job_id: UUID, *, worker: str, lease_s: float, message_id: str | None = None
    ) -> Claimed | Busy | Over:
        self._watch.passing(Point.BEFORE_CLAIM, DatabaseError)
        claim = super().claim(job_id, worker=worker, lease_s=lease_s, message_id=message_id)
        if isinstance(claim, Claimed):
            self._watch.claimed(claim.lease.attempt)
            self._watch.passing(Point.AFTER_CLAIM, DatabaseError)
        return claim

    def beat(self, lease: Lease, *, lease_s: float) -> None:
        self._watch.passing(Point.IN_HEARTBEAT, DatabaseError)
        super().beat(lease, lease_s=lease_s)

    def finish(
        self,
        lease: Lease,
        *,
        results: dict[str, Any],
        results_prefix: str,
        notes: AttemptNotes = NO_NOTES,
    ) -> None:
        self._watch.passing(Point.BEFORE_COMMIT, DatabaseError)
        super().finish(lease, results=results, results_prefix=results_prefix, notes=notes)
        self._watch.passing(Point.AFTER_COMMIT, DatabaseError)

    def fail(self, lease: Lease, error: CoachError, *, notes: AttemptNotes = NO_NOTES) -> Status:
        status = super().fail(lease, error, notes=notes)
        self._watch.passing(Point.AFTER_FAIL, DatabaseError)
        return status

    def give_back(self, lease: Lease) -> None:
        super().give_back(lease)
        self._watch.passing(Point.AFTER_GIVE_BACK, DatabaseError)


class WatchedMedia(MediaStore):
    """Downloads, uploads and copies."""

    def __init__(self, real: MediaStore, watch: Watch) -> None:
        super().__init__(real._client, real.bucket)
        self._watch = watch
        self._downloads = False
        self._client.meta.events.register("after-call.s3.GetObject", self._in_pieces)

    def download(self, key: str, path: Path, *, check: Check = lambda: None) -> None:
        self._downloads = True
        try:
            super().download(key, path, check=check)
        finally:
            self._downloads = False
        self._watch.passing(Point.AFTER_DOWNLOAD, StorageError)

    def copy(self, source: str, target: str) -> None:
        super().copy(source, target)
        if target.endswith(FRAMES_NAME):
            self._watch.passing(Point.IN_TAKE_OVER, StorageError)

    def upload(
        self,
        path: Path,
        key: str,
        *,
        content_type: str,
        content_encoding: str | None = None,
        check: Check = lambda: None,
    ) -> None:
        if key.endswith(FRAMES_NAME):
            self._watch.passing(Point.BEFORE_FRAMES_UPLOAD, StorageError)
        super().upload(
            path, key, content_type=content_type, content_encoding=content_encoding, check=check
        )
        if key.endswith(FRAMES_NAME):
            self._watch.passing(Point.AFTER_FRAMES_UPLOAD, StorageError)
        if key.endswith(RESULTS_NAME):
            self._watch.passing(Point.AFTER_RESULTS_UPLOAD, ProcessingFailed)  # no outage: it ends

    def _in_pieces(self, parsed: dict[str, Any], **_: object) -> None:
        """Let an original arrive piece by piece, whatever its size."""
        if self._downloads and "Body" in parsed:
            parsed["Body"] = _Pieces(parsed["Body"], self._watch)


@dataclass(slots=True)
class _Pieces:
    """A body of which one piece is there before the point is passed."""

    body: StreamingBody
    watch: Watch
    pieces: int = 0

    def read(self, size: int) -> bytes:
        if self.pieces == 1:
            self.watch.passing(Point.MID_DOWNLOAD, StorageError)
        self.pieces += 1
        return self.body.read(min(size, PIECE_BYTES))


class WatchedQueue(JobQueue):
    """Receives and deletes; it also tells the watch which job is in hand."""

    def __init__(self, real: JobQueue, watch: Watch) -> None:
        super().__init__(real._client, real._url)
        self._watch = watch

    def receive_some(self, most: int, *, wait_s: int, visibility_s: int) -> list[Received]:
        self._watch.passing(Point.BEFORE_RECEIVE, QueueError)
        received = super().receive_some(most, wait_s=wait_s, visibility_s=visibility_s)
        if received:
            self._watch.received(_job_of(received[0]))
            self._watch.passing(Point.AFTER_RECEIVE, QueueError)
        return received

    def delete(self, received: Received) -> None:
        self._watch.passing(Point.BEFORE_DELETE, QueueError)
        super().delete(received)
        self._watch.passing(Point.AFTER_DELETE, QueueError)


@dataclass(frozen=True, slots=True)
class WatchedAnalyst:
    """The four steps, by the progress of the real analyst."""

    real: Analyst
    watch: Watch

    @property
    def device(self) -> str | None:
        return self.real.device

    def start(self) -> None:
        self.real.start()

    def analyse(
        self,
        order: Order,
        *,
        on_progress: Callable[[StepProgress], None],
        check: Callable[[], None],
    ) -> None:
        def moved(step: StepProgress) -> None:
            on_progress(step)
            if step.frames_done > 0:
                self.watch.passing(STEP_POINTS[step.step], ProcessingFailed)

        self.real.analyse(order, on_progress=moved, check=check)

    def close(self) -> None:
        self.real.close()


def _job_of(received: Received) -> UUID | None:
    try:
        return JobMessage.model_validate_json(received.body).job_id
    except ValidationError:
        return None
