import pytest
from pydantic import SecretStr, ValidationError

from shared.settings import (
    VISIBILITY_TIMEOUT_S,
    AuthSettings,
    DatabaseSettings,
    UploadSettings,
    WorkerSettings,
)


def test_an_argument_wins_over_the_environment_and_that_over_the_default(monkeypatch):
    assert UploadSettings().upload_url_expires_s == 3600
    monkeypatch.setenv("UPLOAD_URL_EXPIRES_S", "120")
    assert UploadSettings().upload_url_expires_s == 120
    assert UploadSettings(upload_url_expires_s=60).upload_url_expires_s == 60


def test_the_database_url_is_not_printed():
    settings = DatabaseSettings(database_url=SecretStr("postgresql://coach:geheim@db/x"))
    assert "geheim" not in repr(settings)


@pytest.mark.parametrize(
    "sources",
    [
        {},
        {"jwks": "{}", "jwks_url": "https://issuer.example/jwks"},
        {"jwks": "{}", "jwt_verified_by_gateway": True},
    ],
)
def test_trust_comes_from_exactly_one_place(monkeypatch, sources):
    for name in ("JWKS", "JWKS_URL", "JWKS_FILE", "JWT_VERIFIED_BY_GATEWAY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ValidationError, match="exactly one"):
        AuthSettings(stage="prod", jwt_issuer="i", jwt_audience="a", **sources)


def test_on_ones_own_machine_no_gateway_vouches_for_anybody(monkeypatch):
    for name in ("JWKS", "JWKS_URL", "JWKS_FILE", "STAGE"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ValidationError, match="no gateway"):
        AuthSettings(jwt_issuer="i", jwt_audience="a", jwt_verified_by_gateway=True)


def test_a_lease_must_outlast_a_missed_heartbeat():
    with pytest.raises(ValidationError, match="at most half"):
        WorkerSettings(lease_s=10, heartbeat_s=6)


def test_a_message_comes_back_after_the_lease_not_before():
    assert WorkerSettings().visibility_s == VISIBILITY_TIMEOUT_S
    assert WorkerSettings(lease_s=3, heartbeat_s=1).visibility_s == 4


def test_settings_do_not_change():
    settings = UploadSettings()
    with pytest.raises(ValidationError):
        setattr(settings, "max_upload_bytes", 1)  # noqa: B010 - mypy refuses the direct way too
