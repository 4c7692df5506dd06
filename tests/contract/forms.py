"""Form bodies with files in them, as a browser sends them."""

from collections.abc import Iterable

import httpx


def form(
    files: Iterable[tuple[str, bytes]], /, *, field: str = "files", **fields: str
) -> tuple[bytes, dict[str, str]]:
    """A body and its headers; every file comes in the same field."""
    parts = [(field, (name, content)) for name, content in files]
    plain = [(name, (None, value)) for name, value in fields.items()]
    request = httpx.Request("POST", "http://here", files=[*parts, *plain])
    return request.read(), {"content-type": request.headers["content-type"]}
