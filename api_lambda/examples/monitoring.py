"""What an operator sees."""

from typing import Any

from api_lambda.examples.common import JOB_ID

_IDLE = {"waiting": 0, "in_work": 0, "delayed": 0}

DASHBOARD: dict[str, Any] = {
    "at": "2026-03-14T09:30:00Z",
    "queue": {"waiting": 4, "in_work": 1, "delayed": 0},
    "oldest_waiting_s": 12.5,
    "upload_events": _IDLE,
    "dead_letters": 0,
    "workers": [
        {
            "id": "worker-1",
            "version": "0.1.0",
            "up_s": 86400.0,
            "silent_s": 3.2,
            "job_id": JOB_ID,
            "attempt": 1,
            "stage": "pose",
            "percent": 41.0,
            "busy_s": 9.8,
        }
    ],
    "jobs": [
        {"status": "processing", "stage": "waiting", "count": 4},
        {"status": "processing", "stage": "pose", "count": 1},
        {"status": "completed", "stage": "done", "count": 1280},
    ],
    "stuck": [],
    "last_hour": {"completed": 37, "failed": 1},
    "step_times": [{"step": "pose", "attempts": 37, "p50_s": 11.2, "p95_s": 24.9}],
    "failures": [{"code": "NO_PERSON_FOUND", "count": 1}],
    "deliveries": {"pending": 2, "failed_last_hour": 0},
}

METRICS = """\
# HELP coach_queue_messages Messages in a queue, by what they wait for.
# TYPE coach_queue_messages gauge
coach_queue_messages{queue="jobs",state="waiting"} 4.0
"""
