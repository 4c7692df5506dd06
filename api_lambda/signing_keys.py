"""The issuer's public keys (JWKS): from its URL, a file or an inline value."""

import json
from collections.abc import Iterable

from jwt import PyJWK, PyJWKClient, PyJWKSet
from jwt.exceptions import PyJWKClientConnectionError, PyJWKClientError, PyJWTError

from api_lambda.auth import ALGORITHM, SigningKeys
from shared.errors import SignInUnavailable
from shared.settings import AuthSettings

KEYS_LIVE_S = 900
"""How long fetched keys are trusted, and so how long a withdrawn key may still open doors."""

UNKNOWN_KEY_PAUSE_S = 30
"""At most one fetch for an unknown key in this time, or anybody could make us hammer the issuer."""

FETCH_TIMEOUT_S = 3


class FixedKeys:
    """Keys from one JWKS document that never changes while the process runs."""

    def __init__(self, document: str) -> None:
        self._keys = _by_id(PyJWKSet.from_json(document).keys)

    def key(self, key_id: str) -> PyJWK | None:
        return self._keys.get(key_id)


class RemoteKeys:
    """Keys fetched from the issuer, kept, and fetched again when an unknown key turns up."""

    def __init__(self, url: str, *, unknown_key_pause_s: float = UNKNOWN_KEY_PAUSE_S) -> None:
        self._client = PyJWKClient(
            url,
            lifespan=KEYS_LIVE_S,
            cooldown_duration=unknown_key_pause_s,
            timeout=FETCH_TIMEOUT_S,
        )

    def key(self, key_id: str) -> PyJWK | None:
        try:
            self._client.get_signing_keys()  # kept ones, mostly; fails only when the issuer does
            return _by_id(self._named(key_id)).get(key_id)
        except (PyJWTError, json.JSONDecodeError) as error:
            raise SignInUnavailable from error

    def _named(self, key_id: str) -> list[PyJWK]:
        try:
            return [self._client.get_signing_key(key_id)]
        except PyJWKClientConnectionError:
            raise
        except PyJWKClientError:  # how the client says that it knows no such key
            return []


def signing_keys(settings: AuthSettings) -> SigningKeys:
    """Keys from the one source that the settings name."""
    if settings.jwks_url is not None:
        return RemoteKeys(settings.jwks_url)
    if settings.jwks_file is not None:
        return FixedKeys(settings.jwks_file.read_text())
    return FixedKeys(settings.jwks or "")


def _by_id(keys: Iterable[PyJWK]) -> dict[str, PyJWK]:
    return {key.key_id: key for key in keys if key.key_id and key.algorithm_name == ALGORITHM}
