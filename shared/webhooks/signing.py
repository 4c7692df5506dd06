"""Signatures by which a receiver knows that a message is ours, and fresh.

Source: Standard Webhooks specification 1.0.0, "Signature scheme", symmetric (`v1`).
"""

import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode

SECRET_PREFIX = "whsec_"  # noqa: S105 - tells only what follows
SECRET_BYTES = 32


def new_secret() -> str:
    """A key for one address, in the form that receivers' libraries take."""
    return SECRET_PREFIX + b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signed_headers(secret: str, *, message_id: str, sent_at: int, body: bytes) -> dict[str, str]:
    """The three headers that go along with `body`; `sent_at` is in whole seconds since 1970.

    A message that is sent again keeps its id, so that a receiver may know it, and gets a new time.
    """
    key = b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{message_id}.{sent_at}.".encode() + body
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(sent_at),
        "webhook-signature": f"v1,{b64encode(digest).decode()}",
    }
