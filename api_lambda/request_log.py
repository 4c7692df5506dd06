"""Around every request: its id, one access-log line, one metric, and the last handler of errors."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from api_lambda.problems import respond
from shared.errors import CoachError
from shared.telemetry import Metrics, logger

_PLAIN_ID = re.compile(r"[A-Za-z0-9=_.-]{1,128}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TRACE_ROOT = re.compile(r"Root=(1-[0-9a-f]{8}-[0-9a-f]{24})")
_SERVER_ERROR = 500

_log = logger(__name__)


@dataclass
class _Answering:
    """Passes the answer on and remembers how it went."""

    send: Send
    request_id: str
    started_at: float = field(default_factory=perf_counter)
    status: int | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self.request_id
            headers["X-Content-Type-Options"] = "nosniff"
            headers.setdefault("Cache-Control", "no-store")  # answers carry presigned links
        await self.send(message)

    def elapsed_ms(self) -> float:
        return round((perf_counter() - self.started_at) * 1000, 1)


class RequestLog:
    """The outermost layer. What it writes is ids and numbers: no path, token, name or link."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answering(send, request_id=_request_id(scope))
        request = Request(scope, receive)
        request.state.request_id = answer.request_id
        with bound_contextvars(**_ids(scope, answer.request_id)):
            try:
                await self._app(scope, receive, answer)
            except Exception:  # noqa: BLE001 - the last handler: nothing may leave unexplained
                _log.exception("request_broke")
                if answer.status is None:
                    await respond(request, CoachError())(scope, receive, answer)
            self._write(request, answer)

    def _write(self, request: Request, answer: _Answering) -> None:
        facts: dict[str, str | int] = {
            "method": request.method,
            "route": _route(request.scope),
            "status": answer.status or _SERVER_ERROR,
        }
        elapsed_ms = answer.elapsed_ms()
        _log.info(
            "request",
            **facts,
            ms=elapsed_ms,
            caller=getattr(request.state, "caller", None),
            **_path_ids(request.path_params),
            **_reason(getattr(request.state, "error", None)),
        )
        self._metrics.put(
            {"RequestLatency": (elapsed_ms, "Milliseconds")}, request_id=answer.request_id, **facts
        )


def _request_id(scope: Scope) -> str:
    """API Gateway's id; without a gateway the client's own, if it is harmless; else a new one."""
    gateway = scope.get("aws.event", {}).get("requestContext", {}).get("requestId")
    offered = gateway or Headers(scope=scope).get("x-request-id", "")
    return offered if _PLAIN_ID.fullmatch(offered) else uuid4().hex


def _ids(scope: Scope, request_id: str) -> dict[str, str]:
    trace = _TRACE_ROOT.search(Headers(scope=scope).get("x-amzn-trace-id", ""))
    invocation = getattr(scope.get("aws.context"), "aws_request_id", None)
    ids = {
        "request_id": request_id,
        "xray_trace_id": trace and trace[1],
        "lambda_request_id": invocation,
    }
    return {name: value for name, value in ids.items() if value}


def _route(scope: Scope) -> str:
    """The route's template, so that a log line names no id and nothing a stranger typed."""
    return getattr(scope.get("route"), "path", "unknown")


def _path_ids(path_params: Mapping[str, Any]) -> dict[str, str]:
    return {name: value for name, value in path_params.items() if _UUID.fullmatch(value)}


def _reason(error: CoachError | None) -> dict[str, str]:
    """Why a request was refused: our code, and the kind of error behind it.

    Never the cause's own words: those of S3 name keys, those of PostgreSQL name hosts.
    """
    if error is None:
        return {}
    cause = error.__cause__
    aws_code = getattr(cause, "response", {}).get("Error", {}).get("Code")
    kinds = {"code": error.code, "cause": cause and type(cause).__name__, "aws_code": aws_code}
    return {name: kind for name, kind in kinds.items() if kind}
