"""Which workers are alive: each says so before it asks for a job, and with every heartbeat."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Engine, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from shared import __version__
from shared.database import transaction
from shared.job_moves import Lease, from_now
from shared.models import Worker

MISSING_AFTER_S = 150.0
"""Two heartbeats and a long poll: who was not heard for longer is not there any more."""


class WorkerStore:
    """Rows of `workers`. Every method raises `DatabaseError` when PostgreSQL is away."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def seen(self, worker: str, lease: Lease | None = None) -> None:
        """A worker lives, and is busy with this attempt or idle."""
        job_id: UUID | None = lease.job_id if lease else None
        busy = {"job_id": job_id, "attempt": lease.attempt if lease else None}
        fresh = insert(Worker).values(id=worker, code_version=__version__, **busy)
        again = fresh.on_conflict_do_update(
            index_elements=[Worker.id],
            set_={"seen_at": func.now(), "code_version": __version__, **busy},
        )
        with transaction(self._engine) as rows:
            rows.execute(again)

    def gone(self, worker: str) -> None:
        """A worker stopped in order."""
        with transaction(self._engine) as rows:
            rows.execute(delete(Worker).where(Worker.id == worker))

    def alive(self, *, within_s: float = MISSING_AFTER_S) -> Sequence[Worker]:
        """Workers heard lately, by name."""
        with transaction(self._engine) as rows:
            return rows.scalars(
                select(Worker).where(Worker.seen_at > from_now(-within_s)).order_by(Worker.id)
            ).all()

    def forget(self, *, after_s: float) -> int:
        """Drop workers that were not heard for so long; return how many."""
        with transaction(self._engine) as rows:
            silent = delete(Worker).where(Worker.seen_at < from_now(-after_s))
            return len(rows.execute(silent.returning(Worker.id)).all())
