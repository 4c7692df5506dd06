"""How much body a request may bring."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 64 * 1024
"""Bodies here are a few fields of JSON; videos go to the presigned URL."""


class BodyLimit:
    """Refuses larger bodies, whether the length is declared or only turns out while reading."""

    def __init__(self, app: ASGIApp, *, max_bytes: int = MAX_BODY_BYTES) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        declared, seen = _declared(scope), 0

        async def counting() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if max(seen, declared) > self._max_bytes:
                raise HTTPException(status_code=413)
            return message

        await self._app(scope, counting, send)


def _declared(scope: Scope) -> int:
    written = Headers(scope=scope).get("content-length", "") if scope["type"] == "http" else ""
    return int(written) if written.isdecimal() else 0
