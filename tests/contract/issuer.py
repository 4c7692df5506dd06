"""A sign-in service for tests: it signs whatever it is asked to, right or wrong."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

NAME = "https://sign-in.example"
AUDIENCE = "coach-plus"


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass(frozen=True)
class Issuer:
    key_id: str = "key-1"
    key: rsa.RSAPrivateKey = field(default_factory=_new_key)

    def jwk(self) -> dict[str, Any]:
        public = RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {**public, "kid": self.key_id, "use": "sig", "alg": "RS256"}

    def jwks(self) -> str:
        return json.dumps({"keys": [self.jwk()]})

    def claims(self, subject: str = "coach-1", **changes: Any) -> dict[str, Any]:
        """Good claims, with changes; a claim changed to None is left out."""
        good = {
            "sub": subject,
            "iss": NAME,
            "aud": AUDIENCE,
            "exp": datetime.now(UTC) + timedelta(minutes=5),
        }
        return {name: value for name, value in (good | changes).items() if value is not None}

    def token(self, subject: str = "coach-1", *, key_id: str | None = None, **changes: Any) -> str:
        header = {"kid": key_id or self.key_id}
        return jwt.encode(self.claims(subject, **changes), self.key, "RS256", headers=header)
