"""What routes ask for: the services, the caller, ids from the path."""

import re
from collections.abc import Callable
from typing import Annotated, cast
from uuid import UUID

from fastapi import Depends, Path, Request
from fastapi.security.base import SecurityBase
from pydantic import BeforeValidator
from starlette.concurrency import run_in_threadpool

from api_lambda.callers import Caller, bearer
from api_lambda.dependencies import Services
from api_lambda.examples.common import (
    CONSENT_ID,
    DELIVERY_ID,
    JOB_ID,
    PLAYER_ID,
    RECEIPT_ID,
    SESSION_ID,
    WEBHOOK_ID,
)
from api_lambda.wire import common
from shared.errors import (
    ConsentNotFound,
    InvalidRequest,
    JobNotFound,
    NotFound,
    PlayerNotFound,
    ReceiptNotFound,
    SessionNotFound,
    WebhookNotFound,
)
from shared.settings import OPERATOR


async def services(request: Request) -> Services:
    """What `create_app` was given. Async, which spares a hop to the thread pool."""
    return cast("Services", request.app.state.services)


Api = Annotated[Services, Depends(services)]


class _SignIn(SecurityBase):
    """Who sends a request, and in the document how they say so: one dependency, not two."""

    model = bearer.model
    scheme_name = bearer.scheme_name

    async def __call__(self, request: Request) -> Caller:
        """Return the caller.

        Raises:
            Unauthenticated: nobody has signed in, or not so that it holds.
            RateLimitExceeded: they sent too many in this minute.
        """
        return await signed_in(request)


_caller = _SignIn()


async def signed_in(request: Request) -> Caller:
    """Check and count a request, once; raises as `_SignIn` does.

    A hop to the thread pool only where there is something to wait for.
    """
    known: Caller | None = getattr(request.state, "signed_in", None)
    if known is None:
        api: Services = request.app.state.services
        known = await api.sign_in.caller(request)
        request.state.caller = known.pseudonym
        if not api.requests.spare(known.owner):
            await run_in_threadpool(api.requests.count, known.owner)
        request.state.signed_in = known
    return known


async def operator(caller: Annotated[Caller, Depends(_caller)]) -> Caller:
    """Whoever watches over the whole system; for others these routes do not exist.

    Raises:
        NotFound: the token has no such scope.
    """
    if OPERATOR not in caller.scopes:
        raise NotFound
    return caller


SignedIn = Depends(_caller)
"""On a router: refuses strangers before anything else is looked at."""

Coach = Annotated[Caller, Depends(_caller)]
"""The caller again, whom the router's `SignedIn` has checked."""


async def filled_in(request: Request) -> None:
    """Refuse a form with empty fields, which FastAPI would take for fields that were left out.

    Raises:
        InvalidRequest: naming them.
    """
    fields = (await request.form()).multi_items()
    empty = {f"#/{name}": "Leave out a field that is empty." for name, said in fields if said == ""}
    if empty:
        raise InvalidRequest(places=empty)


FilledIn = Depends(filled_in)
"""On a route that takes a form."""


Operator = Depends(operator)
"""On a router, after `SignedIn`: hides it from coaches."""


_MakeRefusal = Callable[[], NotFound]


def _id_or(missing: _MakeRefusal) -> Callable[[str], UUID]:
    """How to read an id from the path; what is no id names nothing."""

    def read(written: str) -> UUID:
        try:
            return UUID(written)
        except ValueError:
            raise missing() from None

    return read


read_job_id = _id_or(JobNotFound)


def _known_player(written: str) -> str:
    if len(written) > common.MAX_PLAYER_ID or not re.search(common.PLAYER_ID, written):
        raise PlayerNotFound
    return written


SessionId = Annotated[
    UUID,
    BeforeValidator(_id_or(SessionNotFound)),
    Path(description="From `createSession`.", examples=[SESSION_ID]),
]
JobId = Annotated[
    UUID,
    BeforeValidator(read_job_id),
    Path(description="From `initiateUpload`.", examples=[JOB_ID]),
]
ConsentId = Annotated[
    UUID,
    BeforeValidator(_id_or(ConsentNotFound)),
    Path(description="From `giveConsent`.", examples=[CONSENT_ID]),
]
ReceiptId = Annotated[
    UUID,
    BeforeValidator(_id_or(ReceiptNotFound)),
    Path(
        description="The `Deletion-Receipt` header of what deleted something.",
        examples=[RECEIPT_ID],
    ),
]
WebhookId = Annotated[
    UUID,
    BeforeValidator(_id_or(WebhookNotFound)),
    Path(description="From `createWebhook`.", examples=[WEBHOOK_ID]),
]
DeliveryId = Annotated[
    UUID,
    BeforeValidator(_id_or(lambda: NotFound("There is no such delivery."))),
    Path(description="From `listDeliveries`.", examples=[DELIVERY_ID]),
]

_THE_APPS_OWN = "The app's own id of the athlete, URL-encoded."

PlayerId = Annotated[
    str,
    BeforeValidator(_known_player),
    Path(
        json_schema_extra={
            "minLength": 1,
            "maxLength": common.MAX_PLAYER_ID,
            "pattern": common.PLAYER_ID,
        },
        description=_THE_APPS_OWN,
        examples=[PLAYER_ID],
    ),
]
NewPlayerId = Annotated[
    common.PlayerId, Path(alias="player_id", description=_THE_APPS_OWN, examples=[PLAYER_ID])
]
"""Where a player may be made: what can be no id is refused."""
