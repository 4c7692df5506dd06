"""Errors as `application/problem+json` (RFC 9457), one shape for every refusal.

What went wrong inside never leaves: a dependency's own words go to the log, and an unexpected
error is told in one general sentence.
"""

import math
from collections.abc import Mapping, Sequence
from http import HTTPMethod

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match

from api_lambda.complaints import Complaint, complaints
from shared.analysis import AnalysisSettings
from shared.errors import (
    CoachError,
    DependencyError,
    InvalidConfig,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    RequestTooLarge,
    Unauthenticated,
    UserAction,
)
from shared.stills.document import StillSettings

MEDIA_TYPE = "application/problem+json"

RETRY_AFTER_S = 5
"""What a client is told to wait when waiting is the cure, and nobody knows better."""

FRAMEWORK_ERRORS: Mapping[int, type[CoachError]] = {
    400: InvalidRequest,  # a body that could not even be decoded
    404: NotFound,
    405: MethodNotAllowed,
    413: RequestTooLarge,
}
"""What FastAPI and Starlette raise on their own account, in our words."""


SETTINGS = frozenset(AnalysisSettings.model_fields) | frozenset(StillSettings.model_fields)
"""Fields of a body that say how something is to be analysed."""


class Problem(BaseModel):
    """Why a request was refused, and what to do about it."""

    type: str = Field(description="Stable URI reference of this kind of problem.")
    title: str
    status: int
    detail: str = Field(description="One sentence for a person.")
    instance: str = Field(description="The path that was asked for.")
    code: str = Field(description="What an app switches on.")
    retryable: bool = Field(description="Whether the same request may work later.")
    user_action: UserAction
    request_id: str = Field(description="Quote this to support; also in `X-Request-Id`.")
    errors: list[Complaint]


class ProblemResponse(JSONResponse):
    """A problem on its way out."""

    media_type = MEDIA_TYPE


def problem_of(
    error: CoachError,
    *,
    instance: str,
    request_id: str,
    errors: Sequence[Complaint] = (),
) -> Problem:
    """Describe an error without its internals."""
    return Problem(
        type=f"/problems/{error.code.lower().replace('_', '-')}",
        title=error.code.replace("_", " ").capitalize(),
        status=error.http_status,
        detail=error.sentence if isinstance(error, DependencyError) else str(error),
        instance=instance,
        code=error.code,
        retryable=error.retryable,
        user_action=error.user_action,
        request_id=request_id,
        errors=list(errors),
    )


def respond(
    request: Request,
    error: CoachError,
    *,
    errors: Sequence[Complaint] = (),
    headers: Mapping[str, str] | None = None,
) -> ProblemResponse:
    """Answer a request with a problem, and leave a note for the access log."""
    request.state.error = error
    problem = problem_of(
        error, instance=request.scope["path"], request_id=request.state.request_id, errors=errors
    )
    return ProblemResponse(
        problem.model_dump(mode="json"),
        status_code=problem.status,
        headers={**_headers_of(error), **(headers or {})},
    )


def handle_errors(app: FastAPI) -> None:
    """Register the handlers; whatever they do not know is left to `RequestLog`."""
    app.add_exception_handler(CoachError, _refused)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _framework)


async def _refused(request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, CoachError)  # noqa: S101 - registered for nothing else
    places = [Complaint(pointer=place, detail=what) for place, what in error.places.items()]
    return respond(request, error, errors=places)


async def _not_valid(request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for nothing else
    found = complaints(error.errors())
    about_settings = all(complaint.field in SETTINGS for complaint in found)
    return respond(request, InvalidConfig() if about_settings else InvalidRequest(), errors=found)


async def _framework(request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    if isinstance(error.__cause__, CoachError):  # raised while FastAPI read the body
        return await _refused(request, error.__cause__)
    known = FRAMEWORK_ERRORS.get(error.status_code, CoachError)
    headers = {"Allow": _methods(request)} if known is MethodNotAllowed else error.headers
    return respond(request, known(), headers=headers)


def _methods(request: Request) -> str:
    """What the address takes: a route names only its own method, and another may be its twin."""
    return ", ".join(method for method in HTTPMethod if _is_taken(request, method))


def _is_taken(request: Request, method: str) -> bool:
    asked = {**request.scope, "method": method, "path_params": {}}
    return any(route.matches(asked)[0] is Match.FULL for route in request.app.routes)


def _headers_of(error: CoachError) -> dict[str, str]:
    if isinstance(error, Unauthenticated):
        return {"WWW-Authenticate": "Bearer"}
    if error.retryable and error.user_action is UserAction.WAIT:
        return {"Retry-After": str(math.ceil(error.retry_after_s or RETRY_AFTER_S))}
    return {}
