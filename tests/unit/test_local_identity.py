"""Development tokens: good for this machine's API, and made nowhere else."""

import json
import multiprocessing
from datetime import timedelta

import jwt
import pytest

from local.errors import NotLocal
from local.identity import AUDIENCE, ISSUER, SUBJECT, DevIdentity


def claims(token, identity):
    settings = identity.auth_settings()
    assert settings.jwks_file
    (key,) = jwt.PyJWKSet.from_json(settings.jwks_file.read_text()).keys
    return jwt.decode(
        token, key, algorithms=["RS256"], audience=settings.jwt_audience, issuer=settings.jwt_issuer
    )


def _open(folder):
    return DevIdentity.open(folder).token()


def test_a_token_holds_against_the_published_key(tmp_path):
    identity = DevIdentity.open(tmp_path)
    said = claims(identity.token("coach-7"), identity)
    assert (said["sub"], said["iss"], said["aud"]) == ("coach-7", ISSUER, AUDIENCE)
    assert said["exp"] > said["iat"]


def test_the_token_names_the_published_key(tmp_path):
    identity = DevIdentity.open(tmp_path)
    identity.auth_settings()
    (key,) = json.loads((tmp_path / "jwks.json").read_text())["keys"]
    assert jwt.get_unverified_header(identity.token())["kid"] == key["kid"]
    assert key["alg"] == "RS256"
    assert "d" not in key  # the private part


def test_the_key_is_made_once_and_is_private(tmp_path):
    first = DevIdentity.open(tmp_path / "identity")
    second = DevIdentity.open(tmp_path / "identity")
    assert claims(first.token(), second)["sub"] == SUBJECT
    assert (tmp_path / "identity" / "key.pem").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "identity").stat().st_mode & 0o777 == 0o700


def test_two_that_make_the_key_at_once_agree(tmp_path):
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        tokens = pool.map(_open, [tmp_path] * 4)
    identity = DevIdentity.open(tmp_path)
    assert [claims(token, identity)["sub"] for token in tokens] == [SUBJECT] * 4


def test_an_old_token_does_not_hold(tmp_path):
    identity = DevIdentity.open(tmp_path)
    with pytest.raises(jwt.ExpiredSignatureError):
        claims(identity.token(lifetime=timedelta(seconds=-60)), identity)


@pytest.mark.parametrize("stage", ["dev", "prod", "anything"])
def test_it_refuses_outside_the_local_stage(tmp_path, monkeypatch, stage):
    monkeypatch.setenv("STAGE", stage)
    with pytest.raises(NotLocal, match=stage):
        DevIdentity.open(tmp_path)
    assert not list(tmp_path.iterdir())


def test_an_exported_key_address_does_not_get_in_the_way(tmp_path, monkeypatch):
    monkeypatch.setenv("JWKS_URL", "https://issuer.test/keys")
    assert DevIdentity.open(tmp_path).auth_settings().jwks_url is None


def test_a_token_may_open_more_than_ones_own_data(tmp_path):
    identity = DevIdentity.open(tmp_path)
    assert claims(identity.token(scope="operator"), identity)["scope"] == "operator"
    assert not claims(identity.token(), identity)["scope"]
