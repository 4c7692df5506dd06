"""The OpenAPI document: answers with examples, refusals from the error classes themselves."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from fastapi import FastAPI

from api_lambda.problems import MEDIA_TYPE, Problem, problem_of
from shared.errors import CoachError, DatabaseError, SignInUnavailable, Unauthenticated

DESCRIPTION = """\
Film an athlete with a phone; get the skeleton, the measurements and what to work on.

1. `createSession`, then `initiateUpload` for each video.
2. PUT the video to `presigned_url` with exactly the `headers` given.
3. `completeUpload`, then `getJobStatus` until the job is completed.
4. `getJobResults`.

Every refusal is `application/problem+json`; an app switches on its `code`.
"""

COMMON_REFUSALS = (Unauthenticated, DatabaseError, SignInUnavailable, CoachError)
"""What every route behind the bearer token may answer."""

Documented = dict[int | str, dict[str, Any]]
"""FastAPI's `responses`: status to what is said about it."""

_PROBLEM = {"$ref": "#/components/schemas/Problem"}


def asked(example: Mapping[str, Any]) -> dict[str, Any]:
    """The example of a request body."""
    return {"example": {"value": example}}


def answer(
    status: int,
    example: Mapping[str, Any] | None = None,
    *,
    description: str = "As asked.",
    headers: Sequence[str] = (),
    model: type | None = None,
) -> Documented:
    """Document one good answer."""
    said: dict[str, Any] = {"description": description}
    if example is not None:
        said["content"] = {"application/json": {"example": example}}
    if headers:
        said["headers"] = {name: {"schema": {"type": "string"}} for name in headers}
    if model is not None:
        said["model"] = model
    return {status: said}


def refusals(*errors: type[CoachError]) -> Documented:
    """Document the problems a route may answer with, one example an error."""
    by_status = sorted(errors, key=lambda error: error.http_status)
    return {
        status: _refusal(list(group))
        for status, group in groupby(by_status, key=lambda error: error.http_status)
    }


class DocumentedApi(FastAPI):
    """FastAPI whose document knows our problems and not FastAPI's own validation errors."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            document = super().openapi()
            schemas = document["components"]["schemas"]
            schemas |= _problem_schemas()
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)
            for operation in _operations(document):
                _without_foreign_422(operation["responses"])
        return super().openapi()


def _refusal(errors: Sequence[type[CoachError]]) -> dict[str, Any]:
    examples = {
        error.__name__: {"summary": _first_line(error), "value": _example(error)}
        for error in errors
    }
    return {
        "description": " ".join(_first_line(error) for error in errors),
        "content": {MEDIA_TYPE: {"schema": _PROBLEM, "examples": examples}},
    }


def _example(error: type[CoachError]) -> dict[str, Any]:
    problem = problem_of(error(), instance="/api/coaches/plus/…", request_id="JKJaXmPLvHcESHA=")
    return problem.model_dump(mode="json")


def _first_line(error: type[CoachError]) -> str:
    return (error.__doc__ or error.sentence).splitlines()[0]


def _problem_schemas() -> dict[str, Any]:
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs"), "Problem": schema}


def _operations(document: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    return (operation for path in document["paths"].values() for operation in path.values())


def _without_foreign_422(responses: dict[str, Any]) -> None:
    if MEDIA_TYPE not in responses.get("422", {}).get("content", {MEDIA_TYPE: None}):
        del responses["422"]
