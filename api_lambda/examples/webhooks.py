"""A webhook and a delivery."""

from base64 import b64encode
from typing import Any

from api_lambda.examples.common import DELIVERY_ID, DONE_AT, FILMED_AT, JOB_ID, WEBHOOK_ID

NEW_WEBHOOK: dict[str, Any] = {
    "url": "https://coach.example/hooks/plus",
    "events": ["job.completed", "job.failed"],
}

CHANGE: dict[str, Any] = {"active": False}

WEBHOOK: dict[str, Any] = {
    "webhook_id": WEBHOOK_ID,
    **NEW_WEBHOOK,
    "active": True,
    "created_at": FILMED_AT,
    "updated_at": FILMED_AT,
}

WITH_SECRET: dict[str, Any] = {
    **WEBHOOK,
    "secret": f"whsec_{b64encode(b'an example that opens no door...').decode()}",
}

DELIVERY: dict[str, Any] = {
    "delivery_id": DELIVERY_ID,
    "event": "job.completed",
    "job_id": JOB_ID,
    "status": "delivered",
    "tries": 1,
    "last_http_status": 204,
    "last_error": None,
    "next_try_at": None,
    "created_at": DONE_AT,
    "delivered_at": DONE_AT,
}

PING: dict[str, Any] = {
    **DELIVERY,
    "event": "ping",
    "job_id": None,
    "status": "pending",
    "tries": 0,
    "last_http_status": None,
    "next_try_at": DONE_AT,
    "delivered_at": None,
}

SENT_AGAIN: dict[str, Any] = {
    **DELIVERY,
    "status": "pending",
    "next_try_at": DONE_AT,
    "delivered_at": None,
}
