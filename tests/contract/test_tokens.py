import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.contract.issuer import Issuer

OPEN_ROUTES = ["/health", "/openapi.json", "/docs"]


def _b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _unsigned(sign_in: Issuer) -> str:
    return jwt.encode(sign_in.claims(), "", "none", headers={"kid": sign_in.key_id})


def _signed_with_the_public_key(sign_in: Issuer) -> str:
    """HS256 with the public key as its secret, by hand: PyJWT refuses to make one."""
    secret = sign_in.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header = {"alg": "HS256", "typ": "JWT", "kid": sign_in.key_id}
    claims = sign_in.claims(exp=int((datetime.now(UTC) + timedelta(minutes=5)).timestamp()))
    signed = ".".join(_b64(json.dumps(part).encode()) for part in (header, claims))
    return f"{signed}.{_b64(hmac.digest(secret, signed.encode(), hashlib.sha256))}"


def _tampered(sign_in: Issuer) -> str:
    header, _, signature = sign_in.token().split(".")
    return ".".join((header, sign_in.token("coach-9").split(".")[1], signature))


def _ago(**much: float) -> datetime:
    return datetime.now(UTC) - timedelta(**much)


REFUSED = {
    "no token": lambda _: None,
    "no JWT": lambda _: "let-me-in",
    "expired": lambda sign_in: sign_in.token(exp=_ago(minutes=1)),
    "not valid yet": lambda sign_in: sign_in.token(nbf=_ago(minutes=-5)),
    "unsigned": _unsigned,
    "HS256 with the public key": _signed_with_the_public_key,
    "tampered": _tampered,
    "another audience": lambda sign_in: sign_in.token(aud="another-product"),
    "another issuer": lambda sign_in: sign_in.token(iss="https://elsewhere.example"),
    "unknown key": lambda sign_in: sign_in.token(key_id="key-9"),
    "another key under this name": lambda sign_in: Issuer(sign_in.key_id).token(),
    "no subject": lambda sign_in: sign_in.token(sub=None),
    "empty subject": lambda sign_in: sign_in.token(""),
    "subject with NUL": lambda sign_in: sign_in.token("coach\0"),
    "no audience": lambda sign_in: sign_in.token(aud=None),
    "no issuer": lambda sign_in: sign_in.token(iss=None),
    "no expiry": lambda sign_in: sign_in.token(exp=None),
}


@pytest.mark.parametrize("make", REFUSED.values(), ids=REFUSED.keys())
def test_a_token_that_does_not_hold_is_refused(client, sign_in, make):
    answer = client.signed_in_with(make(sign_in)).get("/sessions")
    assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json["detail"] == "Sign in: a valid bearer token is needed."
    assert answer.json["user_action"] == "fix_request"
    assert not answer.json["retryable"]


def test_clocks_may_differ_by_half_a_minute(client, sign_in):
    late = client.signed_in_with(sign_in.token(exp=_ago(seconds=20)))
    assert late.get("/sessions").status == 200


def test_another_scheme_than_bearer_is_refused(client):
    answer = client.signed_in_with(None).get(
        "/sessions", headers={"authorization": "Basic Y29hY2g6cGFzcw=="}
    )
    assert answer.code == "UNAUTHENTICATED"


@pytest.mark.parametrize("path", OPEN_ROUTES)
def test_health_and_the_openapi_page_are_open(client, path):
    assert client.signed_in_with(None).get(path).status == 200
