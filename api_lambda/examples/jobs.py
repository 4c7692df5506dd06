"""A job on its way."""

from typing import Any

from api_lambda.examples.common import DONE_AT, FILMED_AT, JOB_ID, PLAYER_ID, SESSION_ID, SETTINGS

STATUS: dict[str, Any] = {
    "job_id": JOB_ID,
    "status": "processing",
    "progress": {
        "stage": "pose",
        "percent": 41.5,
        "frames_done": 62,
        "frames_total": 150,
        "estimated_completion": DONE_AT,
        "updated_at": "2026-11-20T16:04:41.000000Z",
    },
    "error": None,
}

_STANDING_STILL = {
    "percent": 0.0,
    "frames_done": 0,
    "frames_total": 0,
    "estimated_completion": None,
    "updated_at": "2026-11-20T16:04:48.000000Z",
}

CANCELLED: dict[str, Any] = {
    "job_id": JOB_ID,
    "status": "cancelled",
    "progress": {"stage": "cancelled", **_STANDING_STILL},
    "error": None,
}

RETRIED: dict[str, Any] = {
    "job_id": JOB_ID,
    "status": "processing",
    "progress": {"stage": "waiting", **_STANDING_STILL},
    "error": None,
}

JOB: dict[str, Any] = {
    "job_id": JOB_ID,
    "status": "completed",
    "progress": {
        "stage": "done",
        "percent": 100.0,
        "frames_done": 150,
        "frames_total": 150,
        "estimated_completion": None,
        "updated_at": DONE_AT,
    },
    "error": None,
    "kind": "video",
    "session_id": SESSION_ID,
    "player_id": PLAYER_ID,
    "source_job_id": None,
    "attempt": 1,
    "settings": SETTINGS,
    "include_frames": True,
    "filename": "drive-03.mp4",
    "content_type": "video/mp4",
    "size_bytes": 8_421_376,
    "created_at": FILMED_AT,
    "updated_at": DONE_AT,
    "started_at": "2026-11-20T16:04:20.000000Z",
    "attempt_started_at": "2026-11-20T16:04:21.500000Z",
    "completed_at": DONE_AT,
}
