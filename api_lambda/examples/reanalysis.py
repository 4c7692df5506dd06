"""What begins from a completed analysis."""

from typing import Any

from api_lambda.examples.common import JOB_ID
from api_lambda.examples.jobs import JOB

REANALYSIS: dict[str, Any] = {"movement": "cricket_batting", "side": "left"}

_WAITING: dict[str, Any] = {
    "status": "processing",
    "progress": {
        "stage": "waiting",
        "percent": 0.0,
        "frames_done": 0,
        "frames_total": 0,
        "estimated_completion": None,
        "updated_at": "2026-11-21T09:12:30.250000Z",
    },
    "source_job_id": JOB_ID,
    "attempt": 0,
    "content_type": None,
    "size_bytes": None,
    "created_at": "2026-11-21T09:12:30.250000Z",
    "updated_at": "2026-11-21T09:12:30.250000Z",
    "started_at": "2026-11-21T09:12:30.250000Z",
    "attempt_started_at": None,
    "completed_at": None,
}

REANALYZED: dict[str, Any] = {
    **JOB,
    **_WAITING,
    "job_id": "7e0d6f0a-1c7b-4a53-9a4e-2f6b8c3d5e90",
    "kind": "reanalysis",
    "settings": {**JOB["settings"], "handedness": "left"},
}
