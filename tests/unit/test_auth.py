import jwt
import pytest

from api_lambda.auth import TokenVerifier
from api_lambda.signing_keys import FixedKeys
from shared.errors import Unauthenticated
from tests.contract import issuer
from tests.contract.issuer import Issuer


@pytest.fixture(scope="module")
def sign_in() -> Issuer:
    return Issuer()


@pytest.fixture
def verifier(sign_in: Issuer) -> TokenVerifier:
    return TokenVerifier(FixedKeys(sign_in.jwks()), issuer=issuer.NAME, audience=issuer.AUDIENCE)


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


def test_a_token_must_name_its_key(verifier, sign_in):
    with pytest.raises(Unauthenticated):
        verifier.caller(jwt.encode(sign_in.claims(), sign_in.key, "RS256"))


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS256"])
def test_only_rs256_counts(verifier, sign_in, algorithm):
    token = jwt.encode(sign_in.claims(), sign_in.key, algorithm, headers={"kid": sign_in.key_id})
    with pytest.raises(Unauthenticated):
        verifier.caller(token)
