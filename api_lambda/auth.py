"""Bearer tokens: who is calling.

API Gateway's authorizer has looked at the token before. This checks it again, so the API is as
closed on a laptop, and behind a gateway that was set up wrongly, as it is when deployed.
"""

import time
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Protocol

import jwt

from shared.errors import Unauthenticated

ALGORITHM = "RS256"
"""Fixed: what the token's own header asks for decides nothing."""

REQUIRED_CLAIMS = ["sub", "iss", "aud", "exp"]

LEEWAY_S = 30
"""How far the clocks of the issuer and of this machine may be apart."""

MAX_OWNER_LENGTH = 255

OPERATOR = "operator"
"""The scope that opens the monitoring routes."""

TRUSTED_FOR_S = 60
"""How long a token that was checked is not checked again: an app asks every two seconds."""

MOST_TRUSTED = 1024
"""Tokens remembered at once; after that many, all are checked anew."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The coach behind a token. Everything is filtered by `owner`, the token's subject."""

    owner: str
    scopes: frozenset[str] = frozenset()

    @property
    def pseudonym(self) -> str:
        """A short stable name for the logs that does not tell who it is."""
        return sha256(self.owner.encode()).hexdigest()[:12]


class SigningKeys(Protocol):
    """Where the issuer's public keys come from."""

    def key(self, key_id: str) -> jwt.PyJWK | None:
        """Return the RS256 key of that id, or None when the issuer has no such key.

        Raises:
            SignInUnavailable: the keys cannot be fetched.
        """
        ...


class TokenVerifier:
    """Turns a bearer token into a `Caller`, or refuses it."""

    def __init__(
        self, keys: SigningKeys, *, issuer: str, audience: str, most_trusted: int = MOST_TRUSTED
    ) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._most_trusted = most_trusted
        self._trusted: dict[bytes, tuple[float, Caller]] = {}

    def caller(self, token: str) -> Caller:
        """Check signature and claims, or remember that they were checked a moment ago.

        Raises:
            Unauthenticated: the token does not hold; the cause is for the log only.
            SignInUnavailable: the issuer's keys cannot be fetched.
        """
        remembered = self.remembered(token)
        if remembered is not None:
            return remembered
        try:
            claims = self._claims(token)
        except jwt.PyJWTError as refusal:
            raise Unauthenticated from refusal
        caller, expires_at = _caller(claims), claims["exp"]
        if not isinstance(expires_at, int | float):  # PyJWT takes it in words, too
            raise Unauthenticated
        if len(self._trusted) >= self._most_trusted:
            self._trusted.clear()
        until = min(expires_at + LEEWAY_S, time.time() + TRUSTED_FOR_S)
        self._trusted[_digest(token)] = (until, caller)
        return caller

    def remembered(self, token: str) -> Caller | None:
        """The caller, if the token was checked a moment ago and still holds; asks nobody."""
        until, caller = self._trusted.get(_digest(token), (0.0, None))
        return caller if time.time() < until else None

    def _claims(self, token: str) -> dict[str, Any]:
        key = self._key_of(token)
        try:
            return jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=self._audience,
                issuer=self._issuer,
                leeway=LEEWAY_S,
                options={"require": REQUIRED_CLAIMS},
            )
        except (TypeError, OverflowError) as refusal:  # a time that PyJWT did not foresee
            raise jwt.InvalidTokenError from refusal

    def _key_of(self, token: str) -> jwt.PyJWK:
        header = jwt.get_unverified_header(token)
        if header.get("alg") != ALGORITHM:
            raise jwt.InvalidAlgorithmError
        key = self._keys.key(header.get("kid", ""))
        if key is None:
            raise jwt.InvalidKeyError
        return key


def _digest(token: str) -> bytes:
    return sha256(token.encode(errors="surrogatepass")).digest()


def _caller(claims: dict[str, Any]) -> Caller:
    subject, scope = claims["sub"], claims.get("scope")
    if not (0 < len(subject) <= MAX_OWNER_LENGTH and subject.isprintable()):
        raise Unauthenticated
    return Caller(owner=subject, scopes=frozenset(scope.split() if isinstance(scope, str) else ()))
