"""The API behind a gateway that checks tokens: it believes the event, and no header."""

import time
from typing import Any

import pytest

from tests.contract import issuer
from tests.contract.gateway import Gateway

COACH = "coach-1"

NO_JOB = "5f0c2f0e-6a6b-4a3c-9d0e-3c1a7d0f4b11"


def _claims(subject: str = COACH, **changes: Any) -> dict[str, Any]:
    """As API Gateway hands them over: all text."""
    claims = {
        "sub": subject,
        "iss": issuer.NAME,
        "client_id": issuer.AUDIENCE,
        "token_use": "access",
        "scope": "aws.cognito.signin.user.admin",
        "exp": str(int(time.time()) + 60),
    }
    return claims | changes


@pytest.fixture
def gateway(deploy, environment, monkeypatch) -> Gateway:
    """The function as the stack sets it up; the signed token of the coach comes along."""
    monkeypatch.delenv("JWKS", raising=False)
    del environment["JWKS"]
    gateway: Gateway = deploy(JWT_VERIFIED_BY_GATEWAY="true")
    return gateway


@pytest.fixture
def signed_in(gateway: Gateway) -> Gateway:
    return gateway.verified(_claims())


def test_a_coach_whose_token_the_gateway_checked_is_served(signed_in):
    made = signed_in.post("/sessions", {"title": "Nets", "movement": "general"})
    assert made.status == 201
    assert signed_in.get(f"/sessions/{made.json['session_id']}").status == 200


def test_coaches_see_only_what_is_theirs(signed_in, gateway):
    made = signed_in.post("/sessions", {"title": "Nets", "movement": "general"}).json
    stranger = gateway.verified(_claims("coach-2"))
    assert stranger.get(f"/sessions/{made['session_id']}").code == "SESSION_NOT_FOUND"


@pytest.mark.parametrize("path", ["/sessions", f"/analysis-jobs/{NO_JOB}/status"])
def test_a_request_that_came_past_the_authorizer_is_refused(gateway, path):
    answer = gateway.get(path)
    assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "header",
    ["x-amzn-request-context", "x-apigateway-event", "x-amzn-oidc-data", "aws.event"],
)
def test_no_header_signs_anybody_in(gateway, header):
    forged = '{"requestContext":{"authorizer":{"jwt":{"claims":{"sub":"coach-1"}}}}}'
    assert gateway.get("/sessions", headers={header: forged}).code == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": str(int(time.time()) - 60)},
        {"client_id": "another-app"},
        {"iss": "https://elsewhere.example"},
        {"sub": "coach\0"},
    ],
    ids=["expired", "another app", "another issuer", "hostile subject"],
)
def test_a_gateway_set_up_for_somebody_else_opens_nothing(gateway, changes):
    refused = gateway.verified(_claims(**changes)).get("/sessions")
    assert refused.code == "UNAUTHENTICATED"


def test_a_job_is_watched_behind_the_gateway(signed_in):
    assert signed_in.get(f"/analysis-jobs/{NO_JOB}/status").code == "JOB_NOT_FOUND"


def test_a_repeated_post_is_answered_again(signed_in, gateway):
    key = {"idempotency-key": "once"}
    body = {"title": "Nets", "movement": "general"}
    first, again = (signed_in.post("/sessions", body, headers=key) for _ in range(2))
    assert again.headers["idempotent-replayed"] == "true"
    assert first.json == again.json
    assert gateway.post("/sessions", body, headers=key).code == "UNAUTHENTICATED"


@pytest.mark.parametrize("path", ["/monitoring/dashboard", "/metrics"])
def test_the_group_operator_opens_the_monitoring(signed_in, gateway, path):
    assert signed_in.get(path).code == "NOT_FOUND"
    assert gateway.verified(_claims(**{"cognito:groups": "[operator]"})).get(path).status == 200
    assert gateway.verified(_claims(scope="read operator")).get(path).status == 200


@pytest.mark.parametrize("path", ["/health", "/health/ready"])
def test_health_is_open(gateway, path):
    assert gateway.signed_in_with(None).get(path).status == 200


def test_the_log_names_no_coach(signed_in):
    signed_in.get("/sessions")
    assert COACH not in signed_in.log.getvalue()
