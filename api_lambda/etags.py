"""Whether an app has an answer already: `ETag` and `If-None-Match`, as RFC 9110 has them."""

import re
from hashlib import sha256

_OPAQUE = re.compile(r'"[^"]*"')


def tag_of(body: bytes) -> str:
    """Return the tag of an answer. Weak: what lies around the app may compress the body."""
    return f'W/"{sha256(body).hexdigest()[:16]}"'


def is_current(tag: str, if_none_match: str | None) -> bool:
    """Whether one of the tags that were sent is this one, weak or not; `*` is any."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or tag.removeprefix("W/") in _OPAQUE.findall(if_none_match)
