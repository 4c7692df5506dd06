"""Errors as `application/problem+json` (RFC 9457), one shape for every refusal.

What went wrong inside never leaves: a dependency's own words go to the log, and an unexpected
error is told in one general sentence.
"""

from collections.abc import Mapping, Sequence

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

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

MEDIA_TYPE = "application/problem+json"

RETRY_AFTER_S = 5
"""What a client is told to wait when waiting is the cure."""

FRAMEWORK_ERRORS: Mapping[int, type[CoachError]] = {
    400: InvalidRequest,  # a body that could not even be decoded
    404: NotFound,
    405: MethodNotAllowed,
    413: RequestTooLarge,
}
"""What FastAPI and Starlette raise on their own account, in our words."""


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
    return respond(request, error)


async def _not_valid(request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for nothing else
    found = complaints(error.errors())
    about_settings = all(complaint.field in AnalysisSettings.model_fields for complaint in found)
    return respond(request, InvalidConfig() if about_settings else InvalidRequest(), errors=found)


async def _framework(request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    known = FRAMEWORK_ERRORS.get(error.status_code, CoachError)
    return respond(request, known(), headers=error.headers)


def _headers_of(error: CoachError) -> dict[str, str]:
    if isinstance(error, Unauthenticated):
        return {"WWW-Authenticate": "Bearer"}
    if error.retryable and error.user_action is UserAction.WAIT:
        return {"Retry-After": str(RETRY_AFTER_S)}
    return {}
