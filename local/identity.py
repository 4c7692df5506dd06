"""A stand-in for the sign-in service, for this machine only."""

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from local.errors import NotLocal
from local.home import coach_home
from shared.settings import AuthSettings, RuntimeSettings, Stage

ISSUER = "coach-plus-local"
AUDIENCE = "coach-plus"
SUBJECT = "local-coach"
LIFETIME = timedelta(hours=12)

_KEY_BITS = 2048


@dataclass(frozen=True, slots=True)
class DevIdentity:
    """Signs tokens with a key that was made on this machine and never leaves it."""

    folder: Path
    _key: rsa.RSAPrivateKey

    @classmethod
    def open(cls, folder: Path | None = None) -> Self:
        """Open the identity kept in `folder`, or make one.

        Raises:
            NotLocal: this process runs in another stage than `local`.
        """
        stage = RuntimeSettings().stage
        if stage != Stage.LOCAL:
            raise NotLocal(f"Development tokens exist in stage local only; this is stage {stage}.")
        folder = folder or coach_home() / "identity"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        key_file = folder / "key.pem"
        if not key_file.exists():
            _write_new(key_file, _new_key())
        key = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise NotLocal(f"{key_file} is not a key of ours. Delete it to get a new one.")
        return cls(folder, key)

    def token(
        self, subject: str = SUBJECT, *, lifetime: timedelta = LIFETIME, scope: str = ""
    ) -> str:
        """Return a bearer token for `subject`; `scope` is what it opens beside their own data."""
        now = datetime.now(UTC)
        claims = {
            "sub": subject,
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + lifetime,
            "scope": scope,
        }
        return jwt.encode(claims, self._key, "RS256", headers={"kid": self._key_id()})

    def auth_settings(self) -> AuthSettings:
        """Publish the public key as a JWKS file and return what an API needs to trust it."""
        jwks_file = self.folder / "jwks.json"
        public = RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        jwk = {**public, "kid": self._key_id(), "use": "sig", "alg": "RS256"}
        _replace(jwks_file, json.dumps({"keys": [jwk]}).encode())
        return AuthSettings(
            stage=Stage.LOCAL,
            jwt_issuer=ISSUER,
            jwt_audience=AUDIENCE,
            jwks_file=jwks_file,
            jwks_url=None,
            jwks=None,
            jwt_verified_by_gateway=False,
        )

    def _key_id(self) -> str:
        public = self._key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return hashlib.sha256(public).hexdigest()[:16]


def _new_key() -> bytes:
    return rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write_new(path: Path, content: bytes) -> None:
    """Write a file of mode 0600 unless another process was first; nobody sees half of it."""
    with tempfile.NamedTemporaryFile(dir=path.parent) as file:  # made with mode 0600
        file.write(content)
        file.flush()
        try:
            os.link(file.name, path)
        except FileExistsError:
            return


def _replace(path: Path, content: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    Path(file.name).replace(path)
