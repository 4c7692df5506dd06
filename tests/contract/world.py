"""Everything that a request could change: rows, objects, messages."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, select

from shared.media.store import MediaStore
from shared.models import Base
from shared.queue.job_queue import JobQueue

KEPT_ABOUT_REQUESTS = {"request_counts", "upload_counts", "idempotency_keys"}
"""These tables tell that somebody asked, not that anything was done."""


def snapshot(engine: Engine, media: MediaStore, queue: JobQueue) -> Mapping[str, Any]:
    """The whole world, to be compared with itself later."""
    with engine.connect() as rows:
        tables = {
            table.name: sorted(map(repr, rows.execute(select(table)).all()))
            for table in Base.metadata.sorted_tables
            if table.name not in KEPT_ABOUT_REQUESTS
        }
    depth = queue.depth()
    return {**tables, "bucket": sorted(media.keys("")), "messages": depth.total}
