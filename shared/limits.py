"""What one owner may ask for: requests a minute, uploads a day, jobs open at once.

Requests and uploads are counted in tables of their own; open jobs are the job rows themselves.
"""

import math
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Date,
    Engine,
    Select,
    bindparam,
    cast,
    delete,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.database import single_statement
from shared.errors import DatabaseError, RateLimitExceeded, TooManyActiveJobs
from shared.job_moves import from_now
from shared.jobs import JobKind
from shared.models import RequestCount, UploadCount
from shared.models import VideoAnalysisJob as Job
from shared.settings import LimitSettings

UPLOADED_KINDS = (JobKind.VIDEO, JobKind.IMAGES)
"""Kinds of jobs that begin with an upload."""

OPEN_AGAIN_S = 30
"""When to ask again while too many jobs are open: about how long one takes."""

KEEP_COUNTS_S = 3600

TAKEN_AT_ONCE = 20
"""A process takes as many requests ahead as it has used in this minute, up to a twentieth of all:
most of a busy one's ask nobody, and a hundred processes with one request each take a hundred. What
was taken and is not used is lost to the other processes, for that minute."""

ASK_WITHIN_S = 5.0
"""How long a request waits for another of its owner that asks the database."""

MOST_OWNERS = 4096
"""Owners for whom a process remembers what it took."""

KEEP_UPLOADS_DAYS = 2

_MINUTE = func.date_trunc("minute", func.statement_timestamp())
_MORE = (
    insert(RequestCount)
    .values(owner=bindparam("by"), minute=_MINUTE, requests=bindparam("more"))
    .on_conflict_do_update(
        index_elements=[RequestCount.owner, RequestCount.minute],
        set_={"requests": RequestCount.requests + bindparam("more")},
    )
    .returning(RequestCount.requests, func.statement_timestamp())
)


@dataclass(slots=True)
class _Taken:
    """What one owner's requests took and used in this process, until a minute is over.

    `until` is by the wall clock. Whoever wants to take more holds `asking`: the others wait, and
    use what it brings.
    """

    left: int = 0
    used: int = 0
    until: float = 0.0
    asking: Lock = field(default_factory=Lock)


class RequestCounter:
    """Counts requests by owner and minute, over all processes."""

    def __init__(self, engine: Engine, limits: LimitSettings) -> None:
        self._engine = engine
        self._most = limits.max_requests_per_minute
        self._at_once = max(1, self._most // TAKEN_AT_ONCE)
        self._taken: dict[str, _Taken] = {}
        self._lock = Lock()

    def spare(self, owner: str) -> bool:
        """Use up one that was taken before; False when the database has to be asked."""
        if not self._most:
            return True
        with self._lock:
            taken = self._taken.get(owner)
            if taken is None or taken.left == 0 or time.time() >= taken.until:
                return False
            taken.left -= 1
            taken.used += 1
            return True

    def count(self, owner: str) -> None:
        """Count one more.

        Raises:
            RateLimitExceeded: the minute's are used up.
            DatabaseError: PostgreSQL is away.
        """
        taken = self._of(owner)
        if not taken.asking.acquire(timeout=ASK_WITHIN_S):
            raise DatabaseError  # which is what the other one waits for
        try:
            if not self.spare(owner):
                self._take(owner, taken)
        finally:
            taken.asking.release()

    def _of(self, owner: str) -> _Taken:
        with self._lock:
            if owner not in self._taken and len(self._taken) >= MOST_OWNERS:
                self._taken.clear()
            return self._taken.setdefault(owner, _Taken())

    def _take(self, owner: str, taken: _Taken) -> None:
        """Count one for this request, and some ahead."""
        used = taken.used if time.time() < taken.until else 0
        more = min(self._at_once, max(1, used))
        with single_statement(self._engine) as database:
            total, now = database.execute(_MORE, {"by": owner, "more": more}).one()
        minute_over = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
        left_s = (minute_over - now).total_seconds()
        granted = more - max(0, total - self._most)
        if granted <= 0:
            raise RateLimitExceeded(retry_after_s=math.ceil(left_s))
        with self._lock:
            taken.left, taken.used = granted - 1, used + 1
            taken.until = time.time() + left_s


def forget_counts(engine: Engine) -> None:
    """Remove what was counted long ago."""
    long_ago = _TODAY - KEEP_UPLOADS_DAYS
    with single_statement(engine) as database:
        database.execute(delete(RequestCount).where(RequestCount.minute < from_now(-KEEP_COUNTS_S)))
        database.execute(delete(UploadCount).where(UploadCount.day < long_ago))


class _Counted(NamedTuple):
    """`uploads`: of today, with the new one; 0 where it is none."""

    open_jobs: int
    uploads: int
    now: datetime


def admit_job(rows: Session, job: Job, limits: LimitSettings) -> None:
    """Let a new job pass, in the transaction that stores it: one that fails counts nothing.

    Raises:
        TooManyActiveJobs: as many as allowed are open.
        RateLimitExceeded: the uploads of the day are used up.
    """
    if not (limits.max_open_jobs or limits.max_uploads_per_day):
        return
    take_turn(rows, job.owner)
    uploads = (job.kind or JobKind.VIDEO) in UPLOADED_KINDS
    counting = _WITH_A_NEW_UPLOAD if uploads else _WITHOUT
    counted = _Counted._make(rows.execute(counting, {"by": job.owner}).one())
    if 0 < limits.max_open_jobs <= counted.open_jobs:
        raise TooManyActiveJobs(retry_after_s=OPEN_AGAIN_S)
    if 0 < limits.max_uploads_per_day < counted.uploads:
        raise RateLimitExceeded(
            "Too many uploads today. Go on tomorrow (UTC).",
            retry_after_s=_to_midnight_s(counted.now),
        )


def take_turn(rows: Session, owner: str) -> None:
    """Let an owner's jobs open one at a time, so that none is counted too late."""
    rows.execute(_OWNERS_TURN, {"owner": f"jobs of {owner}"})


def check_open(rows: Session, owner: str, limits: LimitSettings) -> None:
    """Refuse what this transaction has opened, in its owner's turn, if that is one too many.

    Raises:
        TooManyActiveJobs: it is.
    """
    if limits.max_open_jobs:
        counted = _Counted._make(rows.execute(_WITHOUT, {"by": owner}).one())
        if counted.open_jobs > limits.max_open_jobs:
            raise TooManyActiveJobs(retry_after_s=OPEN_AGAIN_S)


def _counted(uploads: ColumnElement[int]) -> Select[tuple[int, int, datetime]]:
    open_jobs = select(func.count()).where(Job.owner == bindparam("by"), _OPEN)
    return select(open_jobs.scalar_subquery(), uploads, func.statement_timestamp())


_OWNERS_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(:owner, 0))")
_TODAY = cast(func.timezone("UTC", func.statement_timestamp()), Date)
_OPEN = text("status IN ('queued', 'processing')")  # literally: the condition of the index
_ONE_MORE = (
    insert(UploadCount)
    .values(owner=bindparam("by"), day=_TODAY, uploads=1)
    .on_conflict_do_update(
        index_elements=[UploadCount.owner, UploadCount.day],
        set_={"uploads": UploadCount.uploads + 1},
    )
    .returning(UploadCount.uploads)
    .cte()
)
_WITH_A_NEW_UPLOAD = _counted(select(_ONE_MORE.c.uploads).scalar_subquery())
_WITHOUT = _counted(literal(0))


def _to_midnight_s(now: datetime) -> int:
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return math.ceil((today + timedelta(days=1) - now).total_seconds())
