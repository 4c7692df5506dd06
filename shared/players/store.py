"""The queries on players and on what was allowed for them. What is not the owner's is not there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import md5
from typing import TypedDict, Unpack
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Engine,
    Uuid,
    and_,
    cast,
    exists,
    func,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from shared.analysis import AgeBand
from shared.database import reading, transaction
from shared.errors import ConsentNotFound, PlayerNotFound
from shared.models import Consent, Player
from shared.paging import Position, newest_first
from shared.players.scopes import ConsentScope


@dataclass(frozen=True, slots=True)
class Standing:
    """How old a player is, as far as it was said, and whether their analysis is allowed now."""

    age_band: AgeBand | None
    analysis_allowed: bool


class PlayerDetails(TypedDict, total=False):
    """What can be said about a player; None takes it back."""

    name: str | None
    age_band: AgeBand | None


@dataclass(frozen=True, slots=True)
class NewConsent:
    """What somebody allows; `given_at` None means now."""

    scope: ConsentScope
    given_by: str
    relationship: str
    given_at: datetime | None
    expires_at: datetime | None


class PlayerStore:
    """Players and their consents. Raises `DatabaseError` from every method."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, owner: str, player_id: str, **said: Unpack[PlayerDetails]) -> tuple[Player, bool]:
        """Make a player known, or change what is said; whether they are new comes second."""
        new = insert(Player).values(owner=owner, id=player_id, **said)
        with transaction(self._engine) as rows:
            created = rows.scalar(new.on_conflict_do_nothing().returning(Player.id))
            if created is None and said:
                rows.execute(update(Player).where(_is(owner, player_id)).values(**said))
            return rows.scalars(select(Player).where(_is(owner, player_id))).one(), bool(created)

    def get(self, owner: str, player_id: str) -> Player:
        """Return the owner's player.

        Raises:
            PlayerNotFound: nobody of this id, or somebody else's.
        """
        with reading(self._engine) as rows:
            player = rows.scalar(select(Player).where(_is(owner, player_id)))
        if player is None:
            raise PlayerNotFound
        return player

    def page(self, owner: str, *, limit: int, after: Position | None) -> Sequence[Player]:
        """Return up to `limit` of the owner's players, newest first."""
        place = tuple_(Player.created_at, cast(func.md5(Player.id), Uuid))
        query = select(Player).where(Player.owner == owner)
        if after is not None:
            query = query.where(place < tuple_(after.created_at, after.id))
        newest = query.order_by(*(part.desc() for part in place))
        with reading(self._engine) as rows:
            return rows.scalars(newest.limit(limit)).all()

    def standings(self, owner: str, player_ids: Sequence[str]) -> Mapping[str, Standing]:
        """How these players stand; who is not known is left out."""
        allowed = exists().where(
            Consent.owner == Player.owner,
            Consent.player_id == Player.id,
            Consent.scope == ConsentScope.ANALYSIS,
            _holds(),
        )
        query = select(Player.id, Player.age_band, allowed).where(
            Player.owner == owner, Player.id.in_(player_ids)
        )
        with reading(self._engine) as rows:
            return {
                player: Standing(AgeBand(band) if band else None, may)
                for player, band, may in rows.execute(query)
            }

    def allow(self, owner: str, player_id: str, consent: NewConsent) -> Consent:
        """Record a consent.

        Raises:
            PlayerNotFound: nobody of this id, or somebody else's.
        """
        given = Consent(
            owner=owner,
            player_id=player_id,
            scope=consent.scope,
            given_by=consent.given_by,
            relationship=consent.relationship,
            given_at=consent.given_at or func.now(),
            expires_at=consent.expires_at,
        )
        known = select(Player.id).where(_is(owner, player_id)).with_for_update(key_share=True)
        with transaction(self._engine) as rows:
            if rows.scalar(known) is None:
                raise PlayerNotFound
            rows.add(given)
            rows.flush()
            rows.refresh(given)
        return given

    def consents(
        self, owner: str, player_id: str, *, limit: int, after: Position | None
    ) -> Sequence[Consent]:
        """Return up to `limit` of what was ever allowed for a player, newest first."""
        query = newest_first(
            select(Consent).where(Consent.owner == owner, Consent.player_id == player_id),
            Consent.created_at,
            Consent.id,
            after,
        )
        with reading(self._engine) as rows:
            return rows.scalars(query.limit(limit)).all()

    def revoke(self, owner: str, player_id: str, consent_id: UUID) -> None:
        """Take a consent back; its record stays. Repeatable: the first time counts.

        Raises:
            ConsentNotFound: the player has no such consent.
        """
        revoking = (
            update(Consent)
            .where(Consent.id == consent_id, Consent.owner == owner, Consent.player_id == player_id)
            .values(revoked_at=func.coalesce(Consent.revoked_at, func.now()))
        )
        with transaction(self._engine) as rows:
            if rows.execute(revoking.returning(Consent.id)).first() is None:
                raise ConsentNotFound


def place_of(player: Player) -> Position:
    """Where a player stands in lists, which go by time and UUID: the app's id has any form."""
    return Position(
        player.created_at, UUID(md5(player.id.encode(), usedforsecurity=False).hexdigest())
    )


def _is(owner: str, player_id: str) -> ColumnElement[bool]:
    return and_(Player.owner == owner, Player.id == player_id)


def _holds() -> ColumnElement[bool]:
    """Whether a consent holds now, by the database's clock."""
    return and_(
        Consent.given_at <= func.now(),
        Consent.revoked_at.is_(None),
        or_(Consent.expires_at.is_(None), Consent.expires_at > func.now()),
    )
