"""The renderings of an analysis, as rows."""

from sqlalchemy import ColumnElement, Engine, Select, select
from sqlalchemy.orm import undefer

from shared.database import reading
from shared.jobs import JobKind, Status
from shared.models import VideoAnalysisJob as Job
from shared.renditions.document import RenderOptions


class RenditionStore:
    """Render jobs by what they show. Raises `DatabaseError` when PostgreSQL is away."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def under_way(self, source: Job, options: RenderOptions) -> Job | None:
        """Return the open rendering of an analysis with exactly these options."""
        return self._first(renderings_under_way(source, options))

    def newest(self, source: Job) -> Job | None:
        """Return the latest rendering of an analysis, however far it is."""
        return self._newest(source)

    def newest_completed(self, source: Job) -> Job | None:
        """Return the latest rendering of an analysis that can be shown, with its results."""
        return self._newest(source, Job.status == Status.COMPLETED)

    def _newest(self, source: Job, *conditions: ColumnElement[bool]) -> Job | None:
        return self._first(_newest_first(source, *conditions))

    def _first(self, query: Select[Job]) -> Job | None:
        with reading(self._engine) as rows:
            return rows.scalar(query)


def renderings_under_way(source: Job, options: RenderOptions) -> Select[Job]:
    """Find the open rendering of an analysis with exactly these options."""
    wanted = Job.settings == options.model_dump(mode="json")
    return _newest_first(source, Job.status == Status.PROCESSING, wanted)


def _newest_first(source: Job, *conditions: ColumnElement[bool]) -> Select[Job]:
    return (
        select(Job)
        .where(
            Job.owner == source.owner,
            Job.source_job_id == source.id,
            Job.kind == JobKind.RENDER,
            *conditions,
        )
        .order_by(Job.created_at.desc(), Job.id.desc())
        .limit(1)
        .options(undefer(Job.results))
    )
