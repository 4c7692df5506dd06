"""A child reads exactly the settings it was given, and none of somebody's credentials."""

import os

from pydantic import SecretStr

from local.child_environment import child_environment
from shared.settings import AuthSettings, DatabaseSettings, WorkerSettings

ENDPOINT = "http://127.0.0.1:9"


def test_settings_survive_the_way_through_the_environment(monkeypatch):
    database = DatabaseSettings(database_url=SecretStr("postgresql+psycopg://a:b@127.0.0.1/c"))
    worker = WorkerSettings(pose_engine="synthetic", receive_wait_s=1, heartbeat_s=0.5)
    for name, value in child_environment(ENDPOINT, database, worker).items():
        monkeypatch.setenv(name, value)
    assert DatabaseSettings() == database
    assert WorkerSettings() == worker


def test_an_exported_variable_does_not_meet_the_settings_given(monkeypatch, tmp_path):
    monkeypatch.setenv("JWKS_URL", "https://issuer.test/keys")
    auth = AuthSettings(
        jwt_issuer="i", jwt_audience="a", jwks_file=tmp_path, jwks_url=None, jwks=None
    )
    environment = child_environment(ENDPOINT, auth)
    assert environment["JWKS_FILE"] == str(tmp_path)
    assert "JWKS_URL" not in environment


def test_nobodys_aws_account_is_handed_on(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "secret")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
    environment = child_environment(ENDPOINT)
    assert "AWS_PROFILE" not in environment
    assert "AWS_SESSION_TOKEN" not in environment
    assert environment["AWS_ACCESS_KEY_ID"] == "local"
    assert environment["AWS_ENDPOINT_URL"] == ENDPOINT
    assert os.environ["AWS_PROFILE"] == "production"


def test_a_proxy_does_not_stand_between_the_parts(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "intranet.test")
    assert child_environment(ENDPOINT)["NO_PROXY"] == "intranet.test,127.0.0.1"
    monkeypatch.delenv("NO_PROXY")
    monkeypatch.delenv("no_proxy", raising=False)
    assert child_environment(ENDPOINT)["no_proxy"] == "127.0.0.1"
