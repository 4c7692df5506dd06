"""Who is calling, by the claims that API Gateway found in a token that holds.

They come in Lambda's event beside the request, where no client can write; the request's own headers
say nothing. A request without them came by another way and is from nobody.

API Gateway hands claims over as text, an array as `[a b]`.
"""

import math
import time
from collections.abc import Mapping

from fastapi import Request

from api_lambda.callers import LEEWAY_S, Caller, caller_named
from shared.errors import Unauthenticated

Claims = Mapping[str, object]


class GatewayClaims:
    """Reads the caller from the event, and looks again at what can be seen without a key.

    So a gateway that was set up for another issuer or another app opens nothing here.
    """

    def __init__(self, *, issuer: str, audience: str) -> None:
        self._issuer = issuer
        self._audience = audience

    async def caller(self, request: Request) -> Caller:
        claims = _claims(request.scope.get("aws.event"))
        if not (self._is_for_us(claims) and _is_access(claims) and _still_holds(claims)):
            raise Unauthenticated
        scopes = _text(claims, "scope").split()
        groups = _members(_text(claims, "cognito:groups"))
        return caller_named(claims.get("sub"), scopes={*scopes, *groups})

    def _is_for_us(self, claims: Claims) -> bool:
        """Cognito's access tokens name the app as `client_id`, which counts if `aud` is missing.

        So the gateway has it, too ("Control access to HTTP APIs with JWT authorizers").
        """
        named = _text(claims, "aud" if "aud" in claims else "client_id")
        return claims.get("iss") == self._issuer and self._audience in _members(named)


def _claims(event: object) -> Claims:
    """What the authorizer found; nothing, where there was none."""
    found = event
    for name in ("requestContext", "authorizer", "jwt", "claims"):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _is_access(claims: Claims) -> bool:
    """Cognito also issues tokens that tell an app who somebody is; those open nothing."""
    return claims.get("token_use", "access") == "access"


def _still_holds(claims: Claims) -> bool:
    try:
        expires_at = float(_text(claims, "exp"))
    except ValueError:
        return False
    return time.time() - LEEWAY_S < expires_at < math.inf


def _text(claims: Claims, name: str) -> str:
    found = claims.get(name)
    return found if isinstance(found, str) else ""


def _members(claim: str) -> list[str]:
    if claim.startswith("[") and claim.endswith("]"):
        return claim[1:-1].split()
    return [claim] if claim else []
