"""Who is calling, by a bearer token that is checked here: signature and claims.

Where API Gateway has checked it before, see `gateway_claims.py`.
"""

import time
from hashlib import sha256
from typing import Any, Protocol

import jwt
from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from api_lambda.callers import LEEWAY_S, Caller, bearer, caller_named
from shared.errors import Unauthenticated

ALGORITHM = "RS256"
"""Fixed: what the token's own header asks for decides nothing."""

REQUIRED_CLAIMS = ["sub", "iss", "aud", "exp"]

TRUSTED_FOR_S = 60
"""How long a token that was checked is not checked again: an app asks every two seconds."""

MOST_TRUSTED = 1024
"""Tokens remembered at once; after that many, all are checked anew."""


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


class BearerTokens:
    """Reads the caller from the token that the request brings."""

    def __init__(self, verifier: TokenVerifier) -> None:
        self._verifier = verifier

    async def caller(self, request: Request) -> Caller:
        """Hops to the thread pool only where there is something to wait for."""
        credentials = await bearer(request)
        if credentials is None:
            raise Unauthenticated
        token = credentials.credentials
        known = self._verifier.remembered(token)
        if known is not None:
            return known
        return await run_in_threadpool(self._verifier.caller, token)


def _digest(token: str) -> bytes:
    return sha256(token.encode(errors="surrogatepass")).digest()


def _caller(claims: dict[str, Any]) -> Caller:
    scope = claims.get("scope")
    return caller_named(claims["sub"], scopes=scope.split() if isinstance(scope, str) else ())
