"""Who sends a request, and how they say so."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from fastapi import Request
from fastapi.security import HTTPBearer

from shared.errors import Unauthenticated

MAX_OWNER_LENGTH = 255

LEEWAY_S = 30
"""How far the clocks of the issuer and of this machine may be apart."""

bearer = HTTPBearer(
    auto_error=False,  # the refusal is ours, as problem+json
    bearerFormat="JWT",
    scheme_name="bearerJwt",
    description="RS256, with `sub`, `iss`, `aud` and `exp`.",
)


@dataclass(frozen=True, slots=True)
class Caller:
    """The coach behind a token. Everything is filtered by `owner`, the token's subject."""

    owner: str
    scopes: frozenset[str] = frozenset()

    @property
    def pseudonym(self) -> str:
        """A short stable name for the logs that does not tell who it is."""
        return sha256(self.owner.encode()).hexdigest()[:12]


def caller_named(subject: object, *, scopes: Iterable[str]) -> Caller:
    """Return the caller of that name.

    Raises:
        Unauthenticated: nothing can belong to a subject like that.
    """
    if not (isinstance(subject, str) and 0 < len(subject) <= MAX_OWNER_LENGTH):
        raise Unauthenticated
    if not subject.isprintable():
        raise Unauthenticated
    return Caller(owner=subject, scopes=frozenset(scopes))


class SignIn(Protocol):
    """Says who sends a request. There is exactly one way in each process."""

    async def caller(self, request: Request) -> Caller:
        """Return the caller.

        Raises:
            Unauthenticated: nobody, as far as can be told; the cause is for the log only.
            SignInUnavailable: what a token is checked with cannot be had.
        """
        ...
