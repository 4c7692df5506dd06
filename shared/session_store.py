"""The queries on sessions and players. What is not the owner's does not exist."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Engine, select
from sqlalchemy.dialects.postgresql import insert

from shared.analysis import AnalysisSettings
from shared.database import transaction
from shared.errors import SessionNotFound
from shared.models import Player, VideoSession
from shared.paging import Position, newest_first


class SessionStore:
    """Sessions and the players named in them. Raises `DatabaseError` from every method."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def create(
        self,
        owner: str,
        *,
        title: str,
        player_ids: Sequence[str],
        notes: str,
        settings: AnalysisSettings,
    ) -> VideoSession:
        """Store a session and make its players known."""
        session = VideoSession(
            owner=owner,
            title=title,
            notes=notes,
            player_ids=list(player_ids),
            settings=settings.model_dump(mode="json", exclude_unset=True),
        )
        with transaction(self._engine) as rows:
            if player_ids:
                known = [{"owner": owner, "id": player} for player in dict.fromkeys(player_ids)]
                rows.execute(insert(Player).values(known).on_conflict_do_nothing())
            rows.add(session)
            rows.flush()
            rows.refresh(session)
        return session

    def get(self, owner: str, session_id: UUID) -> VideoSession:
        """Return the owner's session.

        Raises:
            SessionNotFound: it does not exist or is somebody else's.
        """
        query = select(VideoSession).where(
            VideoSession.id == session_id, VideoSession.owner == owner
        )
        with transaction(self._engine) as rows:
            session = rows.scalar(query)
        if session is None:
            raise SessionNotFound
        return session

    def page(self, owner: str, *, limit: int, after: Position | None) -> Sequence[VideoSession]:
        """Return up to `limit` of the owner's sessions, newest first."""
        query = newest_first(
            select(VideoSession).where(VideoSession.owner == owner),
            VideoSession.created_at,
            VideoSession.id,
            after,
        )
        with transaction(self._engine) as rows:
            return rows.scalars(query.limit(limit)).all()
