"""What API Gateway found in a token: text, arrays as `[a b]`, in Lambda's event."""

import asyncio
import time
from typing import Any

import pytest
from fastapi import Request

from api_lambda.callers import LEEWAY_S, Caller
from api_lambda.gateway_claims import GatewayClaims
from shared.errors import Unauthenticated

ISSUER = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_a1B2c3D4e"
APP = "4k7r2m9q0s8t"


def _claims(**changes: Any) -> dict[str, Any]:
    """Those of an access token of Cognito, with changes; None leaves one out."""
    claims = {
        "sub": "aaaa-bbbb",
        "iss": ISSUER,
        "client_id": APP,
        "token_use": "access",
        "scope": "aws.cognito.signin.user.admin",
        "exp": str(int(time.time()) + 60),
    }
    return {name: value for name, value in (claims | changes).items() if value is not None}


def _event(claims: Any) -> dict[str, Any]:
    return {"requestContext": {"authorizer": {"jwt": {"claims": claims}}}}


def _caller(event: Any) -> Caller:
    scope = {"type": "http", "headers": [(b"authorization", b"Bearer x")], "aws.event": event}
    sign_in = GatewayClaims(issuer=ISSUER, audience=APP)
    return asyncio.run(sign_in.caller(Request(scope)))


def _refused(event: Any) -> bool:
    try:
        _caller(event)
    except Unauthenticated:
        return True
    return False


def test_the_subject_owns_what_the_caller_makes():
    assert _caller(_event(_claims())).owner == "aaaa-bbbb"


@pytest.mark.parametrize("audience", [APP, f"[billing {APP}]"])
def test_an_issuer_of_ones_own_names_the_audience(audience):
    own = _claims(aud=audience, client_id="a-phone", token_use=None)
    assert _caller(_event(own)).owner == "aaaa-bbbb"


@pytest.mark.parametrize(
    ("changes", "scopes"),
    [
        ({"scope": "read operator"}, {"read", "operator"}),
        ({"scope": None, "cognito:groups": "[operator]"}, {"operator"}),
        ({"scope": "read", "cognito:groups": "[club operator]"}, {"read", "club", "operator"}),
        ({"scope": None, "cognito:groups": "[no-operator]"}, {"no-operator"}),
        ({"scope": None}, set()),
    ],
    ids=["scope", "group", "both", "another group", "none"],
)
def test_scopes_are_words_and_groups(changes, scopes):
    assert _caller(_event(_claims(**changes))).scopes == scopes


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://elsewhere.example"},
        {"iss": None},
        {"client_id": "another-app"},
        {"client_id": None},
        {"client_id": f"{APP} another-app"},
        {"aud": "another-product"},
        {"aud": f"[{APP}-2 billing]"},
        {"token_use": "id", "aud": APP},
        {"exp": str(int(time.time()) - LEEWAY_S - 1)},
        {"exp": None},
        {"exp": "soon"},
        {"exp": "nan"},
        {"exp": "inf"},
        {"exp": [9999999999]},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "coach\0"},
        {"sub": "a\nb"},
        {"sub": "\ud800"},
        {"sub": "a" * 256},
    ],
)
def test_claims_that_do_not_hold_are_refused(changes):
    assert _refused(_event(_claims(**changes)))


def test_clocks_may_differ_by_half_a_minute():
    assert _caller(_event(_claims(exp=str(int(time.time()) - LEEWAY_S + 10)))).owner == "aaaa-bbbb"


@pytest.mark.parametrize(
    "event",
    [
        None,
        {},
        {"requestContext": {}},
        {"requestContext": {"authorizer": None}},
        {"requestContext": {"authorizer": {"iam": {"userId": "AIDA"}}}},
        {"requestContext": {"authorizer": {"claims": _claims()}}},
        {"requestContext": {"authorizer": {"jwt": _claims()}}},
        {"requestContext": {"authorizer": {"jwt": {"claims": "sub=aaaa-bbbb"}}}},
        {"headers": _event(_claims())},
    ],
)
def test_without_a_token_that_the_gateway_checked_nobody_is_signed_in(event):
    assert _refused(event)
