"""The queries on sessions and players. What is not the owner's does not exist."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, and_, any_, false, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

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
            player_ids=list(dict.fromkeys(player_ids)),
            settings=settings.model_dump(mode="json", exclude_unset=True),
        )
        with transaction(self._engine) as rows:
            _make_known(rows, owner, player_ids)
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

    def change(
        self,
        owner: str,
        session_id: UUID,
        *,
        texts: Mapping[str, str],
        player_ids: Sequence[str] | None,
        settings: Mapping[str, Any],
    ) -> VideoSession:
        """Change what is given: `texts` are title and notes, a setting of None is cleared.

        Settings are of use to later videos only.

        Raises:
            SessionNotFound: it does not exist or is somebody else's.
        """
        it = and_(VideoSession.id == session_id, VideoSession.owner == owner)
        with transaction(self._engine) as rows:
            _make_known(rows, owner, player_ids or ())
            session = rows.scalar(select(VideoSession).where(it).with_for_update())
            if session is None:
                raise SessionNotFound
            for name, text in texts.items():
                setattr(session, name, text)
            if player_ids is not None:
                session.player_ids = list(dict.fromkeys(player_ids))
            merged = {**session.settings, **settings}
            session.settings = {name: value for name, value in merged.items() if value is not None}
            rows.flush()
            rows.refresh(session)
        return session

    def page(
        self, owner: str, *, limit: int, after: Position | None, player_id: str | None = None
    ) -> Sequence[VideoSession]:
        """Return up to `limit` of the owner's sessions, newest first; only a player's if asked."""
        chosen = select(VideoSession).where(VideoSession.owner == owner)
        if player_id is not None:
            chosen = chosen.where(names(player_id))
        query = newest_first(
            chosen,
            VideoSession.created_at,
            VideoSession.id,
            after,
        )
        with transaction(self._engine) as rows:
            return rows.scalars(query.limit(limit)).all()


def names(player_id: str) -> ColumnElement[bool]:
    """Which sessions name a player."""
    return literal(player_id) == any_(VideoSession.player_ids)


def _make_known(rows: Session, owner: str, player_ids: Sequence[str]) -> None:
    """Let nobody be named who is not among the owner's players; in one order, lest two wait.

    Who is known already is held, so that nobody is named who is being deleted.
    """
    known = [{"owner": owner, "id": player} for player in sorted(set(player_ids))]
    if known:
        held = (
            insert(Player)
            .values(known)
            .on_conflict_do_update(
                index_elements=[Player.owner, Player.id], set_={"name": Player.name}, where=false()
            )
        )
        rows.execute(held)
