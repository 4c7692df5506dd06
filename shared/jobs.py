"""Job states and the guarded moves between them: pure, no database.

`status` is what an app switches on, `stage` the detail it shows. A `Move` says from where to
where; the stores turn it into one guarded UPDATE, and nothing else changes a status.
"""

from dataclasses import dataclass
from enum import StrEnum

MAX_ATTEMPTS = 3
"""Tries at a video. One claim more is granted, to take over results that are stored whole."""


class JobKind(StrEnum):
    """What a job does. Each kind has its own settings and its own results."""

    VIDEO = "video"
    """Analyse an uploaded video."""

    REANALYSIS = "reanalysis"
    """Measure again what was seen before, as another movement or side."""

    RENDER = "render"
    """Draw the skeleton into the video of a completed analysis."""

    IMAGES = "images"
    """Find people in still pictures."""


class Status(StrEnum):
    """Where a job stands, in the coarse terms an app needs."""

    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """Whether no late worker may change the row any more."""
        return self in FINAL


FINAL = frozenset({Status.COMPLETED, Status.FAILED, Status.CANCELLED})


class Stage(StrEnum):
    """What is happening to the job right now."""

    AWAITING_UPLOAD = "awaiting_upload"
    WAITING = "waiting"
    RETRYING = "retrying"
    DOWNLOADING = "downloading"
    POSE = "pose"
    METRICS = "metrics"
    FINDINGS = "findings"
    REPORT = "report"
    RENDERING = "rendering"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNCLAIMED = frozenset({Stage.WAITING, Stage.RETRYING})
LEASED = frozenset(
    {
        Stage.DOWNLOADING,
        Stage.POSE,
        Stage.METRICS,
        Stage.FINDINGS,
        Stage.REPORT,
        Stage.RENDERING,
    }
)


OPEN = frozenset({Stage.AWAITING_UPLOAD}) | UNCLAIMED | LEASED


class AttemptOutcome(StrEnum):
    """How one attempt ended, as its row in the history says."""

    RUNNING = "running"
    COMPLETED = "completed"
    RETRYING = "retrying"
    FAILED = "failed"
    RETURNED = "returned"
    LOST = "lost"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Move:
    """One allowed change: from some stages of some statuses to a status and stage."""

    name: str
    sources: frozenset[Status]
    stages: frozenset[Stage]
    status: Status
    stage: Stage

    def allows(self, status: Status, stage: Stage) -> bool:
        """Whether a job in this state may take this move."""
        return status in self.sources and stage in self.stages


_QUEUED = frozenset({Status.QUEUED})
_PROCESSING = frozenset({Status.PROCESSING})


UPLOADED = Move(
    "uploaded",
    _QUEUED,
    frozenset({Stage.AWAITING_UPLOAD}),
    Status.PROCESSING,
    Stage.WAITING,
)
"""The bytes are in S3 and were checked."""

CLAIMED = Move("claimed", _PROCESSING, UNCLAIMED | LEASED, Status.PROCESSING, Stage.DOWNLOADING)
"""A worker takes attempt n+1; a leased row only when its lease ran out (`attempt_store.claim`)."""

RETURNED = Move("returned", _PROCESSING, LEASED, Status.PROCESSING, Stage.WAITING)
"""A worker that must stop gives the job back unharmed."""

RETRYING = Move("retrying", _PROCESSING, LEASED, Status.PROCESSING, Stage.RETRYING)
"""The attempt failed for a passing reason."""

FINISHED = Move("finished", _PROCESSING, LEASED, Status.COMPLETED, Stage.DONE)
"""Results are stored."""

FAILED = Move("failed", _PROCESSING, UNCLAIMED | LEASED, Status.FAILED, Stage.FAILED)
"""Nobody will try again."""

RECLAIMED = Move("reclaimed", _PROCESSING, LEASED, Status.PROCESSING, Stage.WAITING)
"""The sweeper takes a job from a worker that has long been silent; the try counts."""

EXPIRED = Move("expired", _QUEUED, frozenset({Stage.AWAITING_UPLOAD}), Status.FAILED, Stage.FAILED)
"""The upload never came, or not as it was announced."""

CANCELLED = Move("cancelled", _QUEUED | _PROCESSING, OPEN, Status.CANCELLED, Stage.CANCELLED)
"""The coach does not want it any more."""

REVIVED = Move(
    "revived",
    frozenset({Status.FAILED}),
    frozenset({Stage.FAILED}),
    Status.PROCESSING,
    Stage.WAITING,
)
"""A person asks for a failed job to be tried again, with all tries given back."""

WORKERS_MOVES = (CLAIMED, RETURNED, RETRYING, FINISHED, FAILED)
"""What a worker may do; none of them leaves a final status."""

MOVES = (*WORKERS_MOVES, UPLOADED, RECLAIMED, EXPIRED, CANCELLED, REVIVED)
