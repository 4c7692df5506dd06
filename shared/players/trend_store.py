"""The query behind a trend: one metric from the documents of a player's finished analyses."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, Select, Text, column, func, select, true
from sqlalchemy.dialects.postgresql import JSONB

from shared.database import transaction
from shared.documents import ANALYSES
from shared.jobs import Status
from shared.models import VideoAnalysisJob as Job
from shared.models import VideoSession
from shared.players.store import PlayerStore
from shared.players.trends import Reading, Trend, trend
from shared.results import Exercise, Metric, Movement, View

MOST_ANALYSES = 500
"""Older ones are not looked at."""


class TrendStore:
    """Reads trends. Raises `DatabaseError` when PostgreSQL is away."""

    def __init__(self, engine: Engine, players: PlayerStore) -> None:
        self._engine = engine
        self._players = players

    def of(self, owner: str, player_id: str, metric: str) -> Trend:
        """Return how a metric of a player went, from the newest `MOST_ANALYSES`.

        Raises:
            PlayerNotFound: nobody of this id, or somebody else's.
        """
        self._players.get(owner, player_id)
        with transaction(self._engine) as rows:
            found = rows.execute(_readings(owner, player_id, metric)).mappings().all()
        return trend([_reading(row) for row in found])


def _readings(owner: str, player_id: str, metric: str) -> Select[Any]:
    """One query. A document is unpacked once, and only the asked metric leaves the database."""
    newest = (
        select(Job.id)
        .where(
            Job.owner == owner,
            Job.player_id == player_id,
            Job.status == Status.COMPLETED,
            Job.kind.in_(ANALYSES),
        )
        .order_by(Job.created_at.desc(), Job.id.desc())
        .limit(MOST_ANALYSES)
        .subquery()
    )
    document = (
        func.jsonb_to_record(Job.results)
        .table_valued(
            column("provenance", JSONB),
            column("quality", JSONB),
            column("metrics", JSONB),
            column("exercise", Text),
        )
        .render_derived(name="document", with_types=True)
    )
    return (
        select(
            Job.id.label("job_id"),
            Job.session_id,
            Job.source_job_id,
            Job.created_at.label("made_at"),
            func.coalesce(VideoSession.created_at, Job.created_at).label("at"),
            document.c.provenance["movement"].astext.label("movement"),
            document.c.exercise,
            document.c.quality["view"]["label"].astext.label("view"),
            document.c.quality["usable"].label("usable"),
            document.c.metrics[metric].op("-")("series").label("metric"),
        )
        .select_from(newest)
        .join(Job, Job.id == newest.c.id)
        .join(VideoSession, VideoSession.id == Job.session_id, isouter=True)
        .join(document, true())
    )


def _reading(row: Mapping[Any, Any]) -> Reading:
    metric, exercise = row["metric"], row["exercise"]
    return Reading(
        job_id=row["job_id"],
        session_id=row["session_id"],
        source_job_id=row["source_job_id"],
        made_at=row["made_at"],
        at=row["at"],
        movement=Movement(row["movement"]),
        exercise=Exercise(exercise) if exercise else None,
        view=View(row["view"]),
        usable=row["usable"],
        metric=Metric.model_validate(metric) if metric else None,
    )
