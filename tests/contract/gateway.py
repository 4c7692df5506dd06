"""API Gateway as the tests see it: HTTP API v2 events into the Lambda handler, answers out."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from mangum import Mangum

from shared.settings import API_BASE_PATH

TEMPLATE = Path(__file__).with_name("http_api_v2.json")

REQUEST_ID = "JKJaXmPLvHcESHA="
"""The gateway's id in the template."""


@dataclass(frozen=True)
class Answer:
    """What the handler gave back to API Gateway."""

    status: int
    headers: Mapping[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The problem's code; a problem of another media type is none."""
        assert self.headers["content-type"] == "application/problem+json", self
        return str(self.json["code"])


@dataclass(frozen=True)
class Gateway:
    """Sends requests in the name of whoever holds `token`; `log` is the function's output.

    `claims` is what the gateway's own authorizer found in the token, if it has one.
    """

    handler: Mangum
    log: StringIO
    token: str | None
    claims: Mapping[str, Any] | None = None

    def signed_in_with(self, token: str | None) -> "Gateway":
        return replace(self, token=token)

    def verified(self, claims: Mapping[str, Any] | None) -> "Gateway":
        return replace(self, claims=claims)

    def get(self, path: str, **request: Any) -> Answer:
        return self.send("GET", path, **request)

    def post(self, path: str, body: Any = None, **request: Any) -> Answer:
        return self.send("POST", path, body=body, **request)

    def send(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request; `path` is below the base path, `body` is JSON unless it is text."""
        named = {"authorization": f"Bearer {self.token}"} if self.token is not None else {}
        named |= {} if body is None else {"content-type": "application/json"}
        event = an_event(
            method,
            f"{API_BASE_PATH}{path}",
            body=body if body is None or isinstance(body, str | bytes) else json.dumps(body),
            query=query,
            headers=named | dict(headers or {}),
            claims=self.claims,
        )
        answer = self.handler(event, SimpleNamespace(aws_request_id="lambda-1"))
        assert not answer["isBase64Encoded"], "API Gateway would have to decode this"
        return Answer(answer["statusCode"], answer["headers"], answer["body"])


def an_event(
    method: str,
    path: str,
    *,
    body: str | bytes | None = None,
    query: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    claims: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """An HTTP API v2 event; a body of bytes travels in base64, as in API Gateway."""
    event: dict[str, Any] = json.loads(TEMPLATE.read_text())
    event["rawPath"] = path
    event["rawQueryString"] = urlencode(query or {})
    event["requestContext"]["http"] |= {"method": method, "path": path}
    event["headers"] |= {"content-length": str(len(body or ""))} | dict(headers or {})
    if claims is not None:
        event["requestContext"]["authorizer"] = {"jwt": {"claims": dict(claims), "scopes": None}}
    if isinstance(body, bytes):
        event |= {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
    elif body is not None:
        event["body"] = body
    return event
