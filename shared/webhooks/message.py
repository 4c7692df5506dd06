"""What a message says: ids and states. Nothing about a person, and no links that open anything."""

import json
from datetime import UTC, datetime
from typing import Any

from shared.models import VideoAnalysisJob
from shared.webhooks.events import WebhookEvent


def about_job(job: VideoAnalysisJob) -> dict[str, Any]:
    """How a job ended; what it has none of is left out."""
    assert job.completed_at is not None  # noqa: S101 - it is final
    about = {
        "job_id": str(job.id),
        "session_id": job.session_id and str(job.session_id),
        "player_id": job.player_id,
        "kind": job.kind,
        "status": job.status,
        "error_code": job.error_code,
    }
    known = {name: value for name, value in about.items() if value is not None}
    return _message(f"job.{job.status}", job.completed_at, known)


def ping() -> dict[str, Any]:
    """Says only that the address works."""
    return _message(WebhookEvent.PING, datetime.now(UTC), {})


def body_of(message: dict[str, Any]) -> bytes:
    """The bytes that are signed and sent: the same for every try."""
    return json.dumps(message, separators=(",", ":")).encode()


def _message(kind: str, time: datetime, about: dict[str, Any]) -> dict[str, Any]:
    written = time.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return {"type": kind, "timestamp": written, "data": about}
