"""AWS Lambda on this machine, as far as its Invoke API: functions run here, called over HTTP.

Source: "Invoke", AWS Lambda API Reference.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from local.aws_environment import aws_environment
from local.processes import LOOPBACK
from shared.aws import lambda_client
from shared.settings import WebhookSettings

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

Function = Callable[[Any, object], Any]
"""A function's entry: from event and context to its answer."""

Fault = Callable[[BaseHTTPRequestHandler], None]
"""Something else than an answer of the function."""

BEFORE_NAME, AFTER_NAME = "/2015-03-31/functions/", "/invocations"


@dataclass
class LambdaApi:
    """`functions` by name; the first calls meet `faults`, one each. `events` are what came."""

    port: int
    functions: dict[str, Function] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    events: list[Any] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"


def client_of(api: LambdaApi) -> "LambdaClient":
    """The product's own client, with credentials that are worth nothing."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in aws_environment(api.url).items():
            environment.setenv(name, value)
        return lambda_client(WebhookSettings())


def refuses(status: int, error_type: str) -> Fault:
    """Lambda does not run the function."""

    def refuse(handler: BaseHTTPRequestHandler) -> None:
        _answer(handler, {"message": "no"}, status, {"x-amzn-ErrorType": error_type})

    return refuse


def breaks(answer: object) -> Fault:
    """The function began, and Lambda ended it."""
    return lambda handler: _answer(handler, answer, 200, {"X-Amz-Function-Error": "Unhandled"})


def answers(said: bytes) -> Fault:
    """The function gave back something that is not what it should."""
    return lambda handler: _send(handler, said, 200, {})


@contextmanager
def lambda_api() -> Iterator[LambdaApi]:
    """Listen on a free port until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            event = json.loads(self.rfile.read(int(self.headers["content-length"])))
            api.events.append(event)
            if api.faults:
                api.faults.pop(0)(self)
            else:
                _invoke(self, api.functions.get(_name(self.path)), event)

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *args: object) -> None:
            """Clients that hang up are what is tested."""

    with Server((LOOPBACK, 0), Handler) as server:
        api = LambdaApi(server.server_address[1])
        serving = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        serving.start()
        yield api
        server.shutdown()
        serving.join()


def _name(path: str) -> str:
    return unquote(path.removeprefix(BEFORE_NAME).removesuffix(AFTER_NAME))


def _invoke(handler: BaseHTTPRequestHandler, function: Function | None, event: object) -> None:
    if function is None:
        return refuses(404, "ResourceNotFoundException")(handler)
    try:
        answer = function(event, None)
    except Exception as error:  # noqa: BLE001 - as Lambda's runtime does
        return breaks({"errorMessage": str(error), "errorType": type(error).__name__})(handler)
    return _answer(handler, answer, 200, {})


def _answer(
    handler: BaseHTTPRequestHandler, answer: object, status: int, headers: dict[str, str]
) -> None:
    _send(handler, json.dumps(answer).encode(), status, headers)


def _send(
    handler: BaseHTTPRequestHandler, said: bytes, status: int, headers: dict[str, str]
) -> None:
    handler.send_response(status)
    for name, value in ({"Content-Length": str(len(said))} | headers).items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(said)
