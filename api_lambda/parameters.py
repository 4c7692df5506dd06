"""What routes ask for: the services, the caller, ids from the path."""

from typing import Annotated, cast
from uuid import UUID

from fastapi import Depends, Path, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api_lambda.auth import Caller
from api_lambda.dependencies import Services
from api_lambda.examples.common import JOB_ID, SESSION_ID
from shared.errors import JobNotFound, NotFound, SessionNotFound, Unauthenticated

_bearer = HTTPBearer(
    auto_error=False,  # the refusal is ours, as problem+json
    bearerFormat="JWT",
    scheme_name="bearerJwt",
    description="RS256, with `sub`, `iss`, `aud` and `exp`.",
)


async def services(request: Request) -> Services:
    """What `create_app` was given. Async, which spares a hop to the thread pool."""
    return cast("Services", request.app.state.services)


Api = Annotated[Services, Depends(services)]


def caller(
    request: Request,
    api: Api,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Caller:
    """Who sends this request.

    Raises:
        Unauthenticated: no bearer token, or one that does not hold.
    """
    if credentials is None:
        raise Unauthenticated
    known = api.verifier.caller(credentials.credentials)
    request.state.caller = known.pseudonym
    return known


SignedIn = Depends(caller)
"""On a router: refuses strangers before anything else is looked at."""

Coach = Annotated[Caller, SignedIn]


async def session_id(
    session_id: Annotated[
        str,
        Path(
            json_schema_extra={"format": "uuid"},
            description="From `createSession`.",
            examples=[SESSION_ID],
        ),
    ],
) -> UUID:
    """The session named in the path; what is no id names no session."""
    return _id_or(SessionNotFound(), session_id)


async def job_id(
    job_id: Annotated[
        str,
        Path(
            json_schema_extra={"format": "uuid"},
            description="From `initiateUpload`.",
            examples=[JOB_ID],
        ),
    ],
) -> UUID:
    """The job named in the path; what is no id names no job."""
    return _id_or(JobNotFound(), job_id)


SessionId = Annotated[UUID, Depends(session_id)]
JobId = Annotated[UUID, Depends(job_id)]


def _id_or(missing: NotFound, written: str) -> UUID:
    try:
        return UUID(written)
    except ValueError:
        raise missing from None
