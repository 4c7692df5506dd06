"""Ids, times and settings that several examples share."""

from typing import Any

SESSION_ID = "5f0c2f0e-6a6b-4a3c-9d0e-3c1a7d0f4b11"
JOB_ID = "c2b7a1de-93f1-4c8b-8f6e-0a5d2e9b7c42"
PLAYER_ID = "player-7"
CONSENT_ID = "8d1e6c52-4b0f-4f7a-a1d3-2c9be07f5a60"
RECEIPT_ID = "e4a90b3c-72d5-4c18-9f6e-51b8d20c7a94"
WEBHOOK_ID = "1b7d9f34-5c2e-4a86-b0d3-6e8f21c49a57"
DELIVERY_ID = "9c3e5a71-d846-4f0b-8a2d-07b6e4f1c358"

FILMED_AT = "2026-11-20T16:04:05.123456Z"
DONE_AT = "2026-11-20T16:05:11.250000Z"

SETTINGS: dict[str, Any] = {
    "movement": "cricket_batting",
    "sample_fps": 15.0,
    "handedness": "right",
    "camera_view": "side",
    "athlete_height_cm": 172.0,
    "slow_motion_factor": 1.0,
}


def page_of(item: dict[str, Any]) -> dict[str, Any]:
    """A last page with one item."""
    return {"items": [item], "next_cursor": None}
