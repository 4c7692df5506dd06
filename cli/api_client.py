"""Requests to the API, its refusals in plain words, and patience where patience helps."""

import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

import httpx
from pydantic import BaseModel, ValidationError

from cli.errors import CliError
from cli.words import what_to_do

TIMEOUT = httpx.Timeout(30, connect=5)

TRIES = 5
"""For requests that may be repeated; the pauses between them add up to 15 s."""

FIRST_PAUSE_S = 1.0

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})

Pause = Callable[[float], None]


class Refused(CliError):
    """The API said no."""


class Unavailable(CliError):
    """The API could not be reached, or something behind it is down."""


class _Problem(BaseModel):
    """What we read of `application/problem+json`."""

    code: str
    detail: str
    user_action: str = ""
    retryable: bool = False


class ApiClient:
    """The API at `url` for the bearer of `token`; a context manager."""

    def __init__(self, url: str, token: str, *, pause: Pause = time.sleep) -> None:
        self.pause = pause
        self._url = url
        self._http = http_client(
            url, base_url=url.rstrip("/"), headers={"Authorization": f"Bearer {token}"}
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def post(self, path: str, body: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
        """Send once: a request that makes something is not repeated blindly."""
        return self._send("POST", path, json=body).json()

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Ask, and ask again when the API is away for a moment."""
        for tried in range(TRIES - 1):
            try:
                return self._send("GET", path, headers=headers)
            except Unavailable:
                self.pause(FIRST_PAUSE_S * 2**tried)
        return self._send("GET", path, headers=headers)

    def _send(self, method: str, path: str, **content: Any) -> httpx.Response:  # noqa: ANN401
        try:
            answer = self._http.request(method, path, **content)
        except httpx.TransportError as error:
            raise Unavailable(
                f"The API at {self._url} cannot be reached. Is it running?"
            ) from error
        if answer.is_error:
            raise _refusal(answer)
        return answer


def http_client(url: str, **options: Any) -> httpx.Client:  # noqa: ANN401 - httpx's own options
    """Return a client that goes to this machine's own addresses without a proxy."""
    return httpx.Client(timeout=TIMEOUT, trust_env=not is_here(url), **options)


def is_here(url: str) -> bool:
    """Whether the URL leads to this machine."""
    return httpx.URL(url).host in LOOPBACK_HOSTS


def _refusal(answer: httpx.Response) -> CliError:
    try:
        problem = _Problem.model_validate_json(answer.content)
    except ValidationError:
        problem = _Problem(code=f"HTTP {answer.status_code}", detail=answer.reason_phrase)
    sentence = f"{problem.code}: {problem.detail} {what_to_do(problem.user_action)}".rstrip()
    passing = problem.retryable and answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
    return Unavailable(sentence) if passing else Refused(sentence)
