"""The OpenAPI document: answers with examples, refusals from the error classes themselves."""

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from fastapi import FastAPI

from api_lambda.problems import MEDIA_TYPE, Problem, problem_of
from shared.errors import (
    CoachError,
    DatabaseError,
    IdempotencyKeyReused,
    InvalidRequest,
    RateLimitExceeded,
    RequestInProgress,
    SignInUnavailable,
    Unauthenticated,
)

DESCRIPTION = """\
Film an athlete with a phone; get the skeleton, the measurements and what to work on.

1. `createSession`, then `initiateUpload` for each video.
2. PUT the video to `presigned_url` with exactly the `headers` given.
3. `completeUpload`, then `getJobStatus` until the job is completed.
4. `getJobResults`.

Every refusal is `application/problem+json`; an app switches on its `code`.

Every POST takes the header `Idempotency-Key`: any text of your own of up to 255 visible characters
of ASCII, a UUID for example. Sent again with the same body within 24 hours, the request is answered
as before, with `Idempotent-Replayed: true`, and not run again; with another body it is refused.
"""

COMMON_REFUSALS = (
    Unauthenticated,
    RateLimitExceeded,
    DatabaseError,
    SignInUnavailable,
    CoachError,
)
"""What every route behind the bearer token may answer."""

KEY_REFUSALS = (RequestInProgress, InvalidRequest, IdempotencyKeyReused)
"""What every POST may answer because of its `Idempotency-Key`."""

IDEMPOTENCY_KEY = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"

Documented = dict[int | str, dict[str, Any]]
"""FastAPI's `responses`: status to what is said about it."""

_PROBLEM = {"$ref": "#/components/schemas/Problem"}

_EXAMPLES = "#/components/examples/"


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
    links: Mapping[str, Any] | None = None,
) -> Documented:
    """Document one good answer; `links` are those of `leads_to`."""
    said: dict[str, Any] = {"description": description}
    if example is not None:
        said["content"] = {"application/json": {"example": example}}
    if headers:
        said["headers"] = {name: {"schema": {"type": "string"}} for name in headers}
    if model is not None:
        said["model"] = model
    if links:
        said["links"] = dict(links)
    return {status: said}


def leads_to(*operations: str, in_body: bool = False, **given: str) -> dict[str, Any]:
    """Say which operations take what an answer holds.

    `given` has where the value of each parameter, or field of the body, is found: `#/job_id` in
    the answer's body, else an expression as OpenAPI has them.
    """
    values = {
        name: f"$response.body{place}" if place.startswith("#") else place
        for name, place in given.items()
    }
    taken_as = "requestBody" if in_body else "parameters"
    return {operation: {"operationId": operation, taken_as: values} for operation in operations}


def refusals(*errors: type[CoachError]) -> Documented:
    """Document the problems a route may answer with, one example an error."""
    by_status = sorted(errors, key=lambda error: error.http_status)
    return {
        status: _refusal(list(group))
        for status, group in groupby(by_status, key=lambda error: error.http_status)
    }


JOB_BEGUN = leads_to(
    "getJob",
    "getJobStatus",
    "getJobResults",
    "cancelJob",
    "retryJob",
    "deleteJob",
    job_id="#/job_id",
)
"""What can be asked of a job that was begun."""


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
                _with_common_refusals(operation)
                if _takes_a_key(operation):
                    _document_the_key(operation)
            document["components"]["examples"] = _problem_examples(_operations(document))
        return super().openapi()


def _refusal(errors: Sequence[type[CoachError]]) -> dict[str, Any]:
    examples = {error.__name__: {"$ref": f"{_EXAMPLES}{error.__name__}"} for error in errors}
    return {
        "description": " ".join(_first_line(error) for error in errors),
        "content": {MEDIA_TYPE: {"schema": _PROBLEM, "examples": examples}},
    }


def _problem_examples(operations: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """One example for each error that an operation refers to."""
    text = json.dumps(list(operations))
    known: tuple[type[CoachError], ...] = (CoachError, *_below(CoachError))
    named = {error.__name__: error for error in known}
    return {
        name: {"summary": _first_line(error), "value": _example(error)}
        for name, error in sorted(named.items())
        if f'"{_EXAMPLES}{name}"' in text
    }


def _below(kind: type[CoachError]) -> set[type[CoachError]]:
    return {child for each in kind.__subclasses__() for child in (each, *_below(each))}


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


def _with_common_refusals(operation: dict[str, Any]) -> None:
    """Add them to what the route itself says about the same status, which hides its router's."""
    if "security" in operation:
        _add(operation["responses"], COMMON_REFUSALS)


def _takes_a_key(operation: Mapping[str, Any]) -> bool:
    return any(one["name"] == IDEMPOTENCY_KEY for one in operation.get("parameters", ()))


def _document_the_key(operation: dict[str, Any]) -> None:
    """In words: as a parameter, clients made of the document would ask for it at every call."""
    others = [one for one in operation.pop("parameters") if one["name"] != IDEMPOTENCY_KEY]
    if others:
        operation["parameters"] = others
    operation["description"] += f"\n\nTakes `{IDEMPOTENCY_KEY}`."
    _add(operation["responses"], KEY_REFUSALS)
    for status, good in operation["responses"].items():
        if status.startswith("2"):
            good.setdefault("headers", {})[REPLAYED] = {
                "description": "`true` where the answer to an earlier request is given again.",
                "schema": {"type": "string"},
            }


def _add(responses: dict[str, Any], errors: Sequence[type[CoachError]]) -> None:
    for status, more in refusals(*errors).items():
        said = responses.setdefault(str(status), {"description": "", "content": {}})
        examples = said["content"].setdefault(MEDIA_TYPE, more["content"][MEDIA_TYPE])["examples"]
        for error in errors:
            if error.http_status == status and _first_line(error) not in said["description"]:
                examples |= {error.__name__: {"$ref": f"{_EXAMPLES}{error.__name__}"}}
                said["description"] = f"{said['description']} {_first_line(error)}".strip()
