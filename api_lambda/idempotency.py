"""`Idempotency-Key`: a POST that is sent again with its key is answered as it was, and runs once.

After the IETF's draft "The Idempotency-Key HTTP Header Field". Only good answers are kept: a
refusal has changed nothing, so the next request with the key simply runs.
"""

import asyncio
import re
from collections.abc import Callable, Coroutine
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from api_lambda.callers import Caller
from api_lambda.documentation import IDEMPOTENCY_KEY, REPLAYED
from api_lambda.parameters import signed_in
from shared.errors import DatabaseError, RequestInProgress
from shared.requests.kept_answers import Answer, Busy, Held, KeptAnswers, KeyedRequest
from shared.telemetry import logger

LOOK_FOR_S = 2.5
LOOK_EVERY_S = 0.1
"""A request whose twin is running waits for the twin's answer, for a while."""

KEY_FORM = "^[\\x21-\\x7e]{1,255}$"

_BOUNDARY = re.compile(r'multipart/form-data;.*boundary="?([^";]+)"?', re.IGNORECASE)

_log = logger(__name__)

Run = Callable[[Request], Coroutine[Any, Any, Response]]


async def _idempotency_key(
    idempotency_key: Annotated[
        str | None,
        Header(alias=IDEMPOTENCY_KEY, min_length=1, max_length=255, pattern=KEY_FORM),
    ] = None,
) -> None:
    """Refuses a malformed one, and tells `DocumentedApi` which operations take it."""


class RepeatableRoute(APIRoute):
    """A route whose POST takes an `Idempotency-Key`."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **how: Any) -> None:  # noqa: ANN401 - FastAPI's own terms
        if "POST" in (how.get("methods") or ()):
            how["dependencies"] = [*(how.get("dependencies") or ()), Depends(_idempotency_key)]
        super().__init__(path, endpoint, **how)

    def get_route_handler(self) -> Run:
        run = super().get_route_handler()
        if "POST" not in (self.methods or ()):
            return run

        async def once(request: Request) -> Response:
            key = request.headers.get(IDEMPOTENCY_KEY)
            if key is None or not re.fullmatch(KEY_FORM, key):
                return await run(request)  # which refuses what is wrong
            caller = await signed_in(request)
            keyed = await _keyed(request, caller, key)
            return await _run_once(request.app.state.services.kept_answers, keyed, request, run)

        return once


async def _run_once(kept: KeptAnswers, keyed: KeyedRequest, request: Request, run: Run) -> Response:
    found = await _found(kept, keyed)
    if isinstance(found, Answer):
        headers = {**found.headers, REPLAYED: "true"}
        return Response(found.body, status_code=found.status, headers=headers)
    try:
        response = await run(request)
    except BaseException:
        await _settle(kept.release, found)
        raise
    answer = _answer(response)
    await (_settle(kept.release, found) if answer is None else _settle(kept.keep, found, answer))
    return response


async def _found(kept: KeptAnswers, keyed: KeyedRequest) -> Held | Answer:
    """Take the key, or wait for the answer of the request that has it.

    Raises:
        RequestInProgress: it takes longer.
    """
    for _ in range(round(LOOK_FOR_S / LOOK_EVERY_S)):
        found = await run_in_threadpool(kept.begin, keyed)
        if not isinstance(found, Busy):
            return found
        await asyncio.sleep(LOOK_EVERY_S)
    raise RequestInProgress


async def _settle(step: Callable[..., None], *what: Held | Answer) -> None:
    """Note how it ended; where that fails the answer stands all the same, and the hold runs out."""
    try:
        await run_in_threadpool(step, *what)
    except DatabaseError:
        _log.warning("idempotency_key_left")


async def _keyed(request: Request, caller: Caller, key: str) -> KeyedRequest:
    """What the key stands for: method, path, query and body."""
    digest = sha256()
    for part in (
        request.method.encode(),
        request.scope["path"].encode(),
        request.scope["query_string"],
        _without_boundary(await request.body(), request.headers.get("content-type", "")),
    ):
        digest.update(sha256(part).digest())
    return KeyedRequest(caller.owner, key, digest.hexdigest())


def _without_boundary(body: bytes, content_type: str) -> bytes:
    """Clients draw a new boundary for a form each time they send it."""
    boundary = _BOUNDARY.match(content_type)
    return body.replace(boundary[1].encode("latin-1"), b"") if boundary else body


def _answer(response: Response) -> Answer | None:
    """The answer as it can be given again; None for a refusal, or a stream."""
    body = getattr(response, "body", None)  # a stream has none
    good = HTTPStatus.OK <= response.status_code < HTTPStatus.MULTIPLE_CHOICES
    if not good or body is None:
        return None
    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    return Answer(response.status_code, headers, bytes(body))
