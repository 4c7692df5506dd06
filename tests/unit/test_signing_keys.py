import json
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from api_lambda.signing_keys import FixedKeys, RemoteKeys, signing_keys
from shared.errors import SignInUnavailable
from shared.settings import AuthSettings
from tests.contract.issuer import Issuer

OLD, NEW = Issuer("old"), Issuer("new")
SECRET = {"kty": "oct", "kid": "secret", "k": "c2VjcmV0", "alg": "HS256"}


def _jwks(*keys: dict[str, str]) -> str:
    return json.dumps({"keys": keys})


@dataclass
class Published:
    """What the sign-in service serves, and how often somebody came for it."""

    body: str
    url: str = ""
    fetched: int = 0


@pytest.fixture
def published() -> Iterator[Published]:
    """A sign-in service over real HTTP."""
    state = Published(_jwks(OLD.jwk()))

    class Serve(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.fetched += 1
            self.send_response(200)
            self.end_headers()
            self.wfile.write(state.body.encode())

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Serve) as server:
        state.url = f"http://127.0.0.1:{server.server_port}/jwks.json"
        Thread(target=server.serve_forever, daemon=True).start()
        yield state
        server.shutdown()


def test_keys_are_fetched_once(published):
    keys = RemoteKeys(published.url)
    assert keys.key("old") is not None
    assert keys.key("old") is not None
    assert published.fetched == 1


def test_a_new_key_is_found_without_a_restart(published):
    keys = RemoteKeys(published.url, unknown_key_pause_s=0)
    assert keys.key("new") is None
    published.body = _jwks(OLD.jwk(), NEW.jwk())
    assert keys.key("new") is not None


def test_unknown_keys_cannot_make_us_hammer_the_issuer(published):
    keys = RemoteKeys(published.url)
    for attempt in range(10):
        assert keys.key(f"unknown-{attempt}") is None
    assert published.fetched == 1


@pytest.mark.parametrize("body", ["", "<html>", "[]", '{"keys": []}'])
def test_an_issuer_that_serves_no_keys_is_not_the_callers_fault(published, body):
    published.body = body
    with pytest.raises(SignInUnavailable):
        RemoteKeys(published.url).key("old")


def test_an_issuer_that_is_away_is_not_the_callers_fault():
    with pytest.raises(SignInUnavailable):
        RemoteKeys("http://127.0.0.1:1/jwks.json").key("old")


def test_only_rs256_keys_count():
    keys = FixedKeys(_jwks(OLD.jwk(), SECRET, {**NEW.jwk(), "alg": "RS512"}))
    assert keys.key("old") is not None
    assert keys.key("secret") is None
    assert keys.key("new") is None


def test_settings_name_a_file_an_inline_value_or_a_url(tmp_path, published):
    file = tmp_path / "jwks.json"
    file.write_text(OLD.jwks())
    sources = [{"jwks_file": file}, {"jwks": OLD.jwks()}, {"jwks_url": published.url}]
    for source in sources:
        settings = AuthSettings.model_validate({"jwt_issuer": "i", "jwt_audience": "a"} | source)
        assert signing_keys(settings).key("old") is not None
