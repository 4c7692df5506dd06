"""Answers to requests that carried an `Idempotency-Key`, kept for requests that come again.

A key belongs to its owner. The first request with it holds it while it runs; a holder that died is
followed by the next one with the same request, and its token fences off what the dead one may
still want to store.

What lies here is all that was answered, for 24 hours: links that open an upload, the secret of a
new webhook, names of players. Deleting a player forgets it all at once (`ErasureStore`).
"""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    ColumnElement,
    Engine,
    Insert,
    and_,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from shared.database import single_statement
from shared.errors import IdempotencyKeyReused
from shared.job_moves import from_now
from shared.models import IdempotencyKey as Key
from shared.settings import DAY_S

KEEP_S = DAY_S
"""How long the same request is answered the same."""

MAX_KEPT_BYTES = 1024 * 1024
"""Of an answer as it is kept, compressed. The longest that we give, links for the 400 parts of a
video of 2 GB, is not as long in plain. What is longer is not kept: its request runs again."""

HOLD_S = 60
"""How long a holder is believed to be alive: twice what a gateway lets any request run."""


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """A request and its key. `digest` is the same for the same method, path and body."""

    owner: str
    key: str
    digest: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Held:
    """The key is ours: run the request, then `keep` its answer or `release` the key."""

    request: KeyedRequest
    token: UUID = field(default_factory=uuid4)


@dataclass(frozen=True, slots=True)
class Busy:
    """The same request is running somewhere."""


class KeptAnswers:
    """The table of keys. Every method raises `DatabaseError` when PostgreSQL is away."""

    def __init__(
        self,
        engine: Engine,
        *,
        keep_s: float = KEEP_S,
        hold_s: float = HOLD_S,
        max_bytes: int = MAX_KEPT_BYTES,
    ) -> None:
        self._engine = engine
        self._keep_s = keep_s
        self._hold_s = hold_s
        self._max_bytes = max_bytes

    def begin(self, request: KeyedRequest) -> Held | Answer | Busy:
        """Take the key, or learn what became of the request that has it.

        Raises:
            IdempotencyKeyReused: another request has it.
        """
        held = Held(request)
        with single_statement(self._engine) as database:
            if database.execute(self._taking(held)).first():
                return held
        with single_statement(self._engine) as database:
            known = database.execute(
                select(Key.request_hash, Key.status, Key.headers, Key.body).where(_is(request))
            ).first()
        if known is None:  # released between the two statements
            return Busy()
        if known.request_hash != request.digest:
            raise IdempotencyKeyReused
        if known.status is None:
            return Busy()
        return Answer(known.status, known.headers, gzip.decompress(known.body))

    def keep(self, held: Held, answer: Answer) -> None:
        """Store the answer, unless the key went to somebody else meanwhile."""
        body = gzip.compress(answer.body, compresslevel=5)
        if len(body) > self._max_bytes:
            self.release(held)
            return
        kept = {"status": answer.status, "headers": dict(answer.headers), "body": body}
        with single_statement(self._engine) as database:
            database.execute(update(Key).where(_is_ours(held)).values(kept))

    def release(self, held: Held) -> None:
        """Let the same request run again: this time it changed nothing."""
        with single_statement(self._engine) as database:
            database.execute(delete(Key).where(_is_ours(held)))

    def forget(self) -> None:
        """Remove answers that nobody gets any more."""
        with single_statement(self._engine) as database:
            database.execute(delete(Key).where(self._outdated()))

    def _taking(self, held: Held) -> Insert:
        ours = {
            "request_hash": held.request.digest,
            "token": held.token,
            "held_until": func.clock_timestamp() + timedelta(seconds=self._hold_s),
        }
        new = insert(Key).values(owner=held.request.owner, key=held.request.key, **ours)
        afresh: dict[str, Any] = dict.fromkeys(("status", "body")) | {
            "headers": {},
            "created_at": func.now(),
        }
        holder_died = and_(
            Key.status.is_(None),
            Key.held_until < func.clock_timestamp(),
            Key.request_hash == held.request.digest,
        )
        return new.on_conflict_do_update(
            index_elements=[Key.owner, Key.key],
            set_=ours | afresh,
            where=or_(self._outdated(), holder_died),
        ).returning(Key.token)

    def _outdated(self) -> ColumnElement[bool]:
        return Key.created_at < from_now(-self._keep_s)


def _is(request: KeyedRequest) -> ColumnElement[bool]:
    return and_(Key.owner == request.owner, Key.key == request.key)


def _is_ours(held: Held) -> ColumnElement[bool]:
    return and_(_is(held.request), Key.token == held.token, Key.status.is_(None))
