"""The system's own state."""

from typing import Any

HEALTH: dict[str, Any] = {"status": "ok", "version": "0.1.0"}

READY: dict[str, Any] = {
    "status": "ok",
    "parts": {"database": "ok", "bucket": "ok", "queue": "ok"},
}

NOT_READY: dict[str, Any] = {
    "status": "unavailable",
    "parts": {"database": "ok", "bucket": "ok", "queue": "unavailable"},
}
