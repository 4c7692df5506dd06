import base64
import time
from datetime import UTC, datetime, timedelta

import jwt
import pytest

from api_lambda.auth import TRUSTED_FOR_S, TokenVerifier
from api_lambda.callers import LEEWAY_S
from api_lambda.signing_keys import FixedKeys
from shared.errors import Unauthenticated
from tests.contract import issuer
from tests.contract.issuer import Issuer


@pytest.fixture(scope="module")
def sign_in() -> Issuer:
    return Issuer()


@pytest.fixture
def verifier(sign_in: Issuer) -> TokenVerifier:
    return _verifier(sign_in)


def _verifier(sign_in: Issuer, **terms: int) -> TokenVerifier:
    keys = FixedKeys(sign_in.jwks())
    return TokenVerifier(keys, issuer=issuer.NAME, audience=issuer.AUDIENCE, **terms)


def test_the_subject_owns_what_the_caller_makes(verifier, sign_in):
    assert verifier.caller(sign_in.token("coach-1")).owner == "coach-1"


def test_a_token_may_be_meant_for_several(verifier, sign_in):
    assert verifier.caller(sign_in.token(aud=["billing", issuer.AUDIENCE])).owner == "coach-1"


def test_the_log_name_is_stable_and_does_not_tell_who_it_is(verifier, sign_in):
    first, again = (verifier.caller(sign_in.token("ada@example.com")) for _ in range(2))
    assert first.pseudonym == again.pseudonym
    assert "ada" not in first.pseudonym
    assert verifier.caller(sign_in.token("eve@example.com")).pseudonym != first.pseudonym


@pytest.mark.parametrize("subject", ["", "a" * 256, "a\nb", "a\0", "\ud800"])
def test_a_subject_that_cannot_own_anything_is_refused(verifier, sign_in, subject):
    with pytest.raises(Unauthenticated):
        verifier.caller(sign_in.token(subject))


def test_a_subject_must_be_text(verifier, sign_in):
    with pytest.raises(Unauthenticated):
        verifier.caller(sign_in.token(sub=7))


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c", "é", "." * 2000, "[" * 2000])
def test_what_is_no_token_is_refused(verifier, token):
    with pytest.raises(Unauthenticated):
        verifier.caller(token)


@pytest.mark.parametrize(
    "times",
    [{"exp": "9999999999"}, {"exp": [9]}, {"exp": 1e400}, {"exp": None}, {"nbf": [1]}],
    ids=str,
)
def test_times_must_be_numbers(verifier, sign_in, times):
    with pytest.raises(Unauthenticated):
        verifier.caller(sign_in.token(**times))


@pytest.mark.parametrize("opening", ["[", '{"alg":'], ids=["arrays", "objects"])
def test_a_header_that_is_too_deep_is_refused(verifier, opening):
    deep = base64.urlsafe_b64encode((opening * 9000).encode()).decode().rstrip("=")
    with pytest.raises(Unauthenticated):
        verifier.caller(f"{deep}.e30.e30")


def test_a_token_must_name_its_key(verifier, sign_in):
    with pytest.raises(Unauthenticated):
        verifier.caller(jwt.encode(sign_in.claims(), sign_in.key, "RS256"))


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS256"])
def test_only_rs256_counts(verifier, sign_in, algorithm):
    token = jwt.encode(sign_in.claims(), sign_in.key, algorithm, headers={"kid": sign_in.key_id})
    with pytest.raises(Unauthenticated):
        verifier.caller(token)


@pytest.mark.parametrize(
    ("scope", "scopes"),
    [("read operator", {"read", "operator"}), ("", set()), (None, set()), (7, set())],
    ids=["two", "empty", "none", "number"],
)
def test_scopes_are_words(verifier, sign_in, scope, scopes):
    assert verifier.caller(sign_in.token(scope=scope)).scopes == scopes


def test_a_token_that_was_checked_is_remembered_for_a_minute(verifier, sign_in, monkeypatch):
    token = sign_in.token()
    assert verifier.remembered(token) is None
    caller = verifier.caller(token)
    assert verifier.remembered(token) is caller
    later = time.time() + TRUSTED_FOR_S
    monkeypatch.setattr(time, "time", lambda: later)
    assert verifier.remembered(token) is None


def test_a_remembered_token_ends_when_it_expires(verifier, sign_in, monkeypatch):
    token = sign_in.token(exp=datetime.now(UTC) + timedelta(seconds=5 - LEEWAY_S))
    verifier.caller(token)
    later = time.time() + 5
    monkeypatch.setattr(time, "time", lambda: later)
    assert verifier.remembered(token) is None


def test_a_refused_token_is_not_remembered(verifier):
    with pytest.raises(Unauthenticated):
        verifier.caller("a.b.c")
    assert verifier.remembered("a.b.c") is None


def test_only_so_many_tokens_are_remembered(sign_in):
    verifier = _verifier(sign_in, most_trusted=2)
    tokens = [sign_in.token(f"coach-{number}") for number in range(3)]
    for token in tokens:
        verifier.caller(token)
    assert [verifier.remembered(token) is None for token in tokens] == [True, True, False]
