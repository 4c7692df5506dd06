"""Bearer tokens: who is calling.

API Gateway's authorizer has looked at the token before. This checks it again, so the API is as
closed on a laptop, and behind a gateway that was set up wrongly, as it is when deployed.
"""

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


@dataclass(frozen=True, slots=True)
class Caller:
    """The coach behind a token. Everything is filtered by `owner`, the token's subject."""

    owner: str

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

    def __init__(self, keys: SigningKeys, *, issuer: str, audience: str) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience

    def caller(self, token: str) -> Caller:
        """Check signature and claims.

        Raises:
            Unauthenticated: the token does not hold; the cause is for the log only.
            SignInUnavailable: the issuer's keys cannot be fetched.
        """
        try:
            subject = self._claims(token)["sub"]
        except jwt.PyJWTError as refusal:
            raise Unauthenticated from refusal
        if not (0 < len(subject) <= MAX_OWNER_LENGTH and subject.isprintable()):
            raise Unauthenticated
        return Caller(owner=subject)

    def _claims(self, token: str) -> dict[str, Any]:
        return jwt.decode(
            token,
            self._key_of(token),
            algorithms=[ALGORITHM],
            audience=self._audience,
            issuer=self._issuer,
            leeway=LEEWAY_S,
            options={"require": REQUIRED_CLAIMS},
        )

    def _key_of(self, token: str) -> jwt.PyJWK:
        header = jwt.get_unverified_header(token)
        if header.get("alg") != ALGORITHM:
            raise jwt.InvalidAlgorithmError
        key = self._keys.key(header.get("kid", ""))
        if key is None:
            raise jwt.InvalidKeyError
        return key
