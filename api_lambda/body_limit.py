"""How much body a request may bring."""

from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import FileTooLarge
from shared.settings import API_BASE_PATH

MAX_BODY_BYTES = 64 * 1024
"""Bodies here are a few fields of JSON; videos go to the presigned URL."""

MAX_DIRECT_BYTES = 5_000_000
"""How large a file may be that comes through the API itself."""

TOO_LARGE_FOR_A_FORM = (
    f"A form may bring up to {MAX_DIRECT_BYTES} bytes. A larger video goes by initiateUpload."
)

WITH_A_FILE: Mapping[str, int] = {
    f"{API_BASE_PATH}/{path}": MAX_DIRECT_BYTES + MAX_BODY_BYTES
    for path in ("videos/upload", "images/upload")
}
"""Paths whose bodies are forms with files: the files, and as much again as any form's fields."""


class BodyLimit:
    """Refuses larger bodies, whether the length is declared or only turns out while reading.

    `larger` names the paths that may bring more than `max_bytes`.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        max_bytes: int = MAX_BODY_BYTES,
        larger: Mapping[str, int] = WITH_A_FILE,
    ) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        declared, seen = _declared(scope), 0
        path = scope.get("path", "")
        max_bytes = self._larger.get(path, self._max_bytes)
        refusal = HTTPException(status_code=413)
        if path in self._larger:
            refusal.__cause__ = FileTooLarge(TOO_LARGE_FOR_A_FORM)

        async def counting() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if max(seen, declared) > max_bytes:
                raise refusal
            return message

        await self._app(scope, counting, send)


def _declared(scope: Scope) -> int:
    written = Headers(scope=scope).get("content-length", "") if scope["type"] == "http" else ""
    return int(written) if written.isdecimal() else 0
