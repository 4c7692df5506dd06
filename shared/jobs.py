"""Job states and the guarded moves between them: pure, no database.

`status` is what an app switches on, `stage` the detail it shows. A `Move` says from where to
where; `shared.job_store` turns it into one guarded UPDATE, and nothing else changes a status.
"""

from dataclasses import dataclass
from enum import StrEnum

MAX_ATTEMPTS = 3


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
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNCLAIMED = frozenset({Stage.WAITING, Stage.RETRYING})
LEASED = frozenset({Stage.DOWNLOADING, Stage.POSE, Stage.METRICS, Stage.FINDINGS, Stage.REPORT})


@dataclass(frozen=True, slots=True)
class Move:
    """One allowed change: from a status (and stages) to a status and stage."""

    name: str
    source: Status
    stages: frozenset[Stage]
    status: Status
    stage: Stage

    def allows(self, status: Status, stage: Stage) -> bool:
        """Whether a job in this state may take this move."""
        return status is self.source and stage in self.stages


UPLOADED = Move(
    "uploaded",
    Status.QUEUED,
    frozenset({Stage.AWAITING_UPLOAD}),
    Status.PROCESSING,
    Stage.WAITING,
)
"""The bytes are in S3 and were checked."""

CLAIMED = Move(
    "claimed", Status.PROCESSING, UNCLAIMED | LEASED, Status.PROCESSING, Stage.DOWNLOADING
)
"""A worker takes attempt n+1; a leased row only when its lease ran out (`job_store.claim`)."""

RETURNED = Move("returned", Status.PROCESSING, LEASED, Status.PROCESSING, Stage.WAITING)
"""A worker that must stop gives the job back unharmed."""

RETRYING = Move("retrying", Status.PROCESSING, LEASED, Status.PROCESSING, Stage.RETRYING)
"""The attempt failed for a passing reason."""

FINISHED = Move("finished", Status.PROCESSING, LEASED, Status.COMPLETED, Stage.DONE)
"""Results are stored."""

FAILED = Move("failed", Status.PROCESSING, UNCLAIMED | LEASED, Status.FAILED, Stage.FAILED)
"""Nobody will try again."""

EXPIRED = Move(
    "expired", Status.QUEUED, frozenset({Stage.AWAITING_UPLOAD}), Status.FAILED, Stage.FAILED
)
"""The upload never came."""

MOVES = (UPLOADED, CLAIMED, RETURNED, RETRYING, FINISHED, FAILED, EXPIRED)
