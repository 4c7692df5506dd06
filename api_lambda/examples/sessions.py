"""A session."""

from typing import Any

from api_lambda.examples.common import FILMED_AT, SESSION_ID, SETTINGS

_TITLE = "Nets, front-foot drives"

NEW_SESSION: dict[str, Any] = {
    "title": _TITLE,
    "player_ids": ["player-7"],
    "notes": "Indoor, left-handed bowler.",
    "movement": "cricket_batting",
    "handedness": "right",
    "camera_view": "side",
    "athlete_height_cm": 172,
}

SESSION_CHANGE: dict[str, Any] = {
    "title": "Nets, drives off both feet",
    "player_ids": ["player-7", "player-9"],
    "athlete_height_cm": None,
}

SESSION: dict[str, Any] = {
    "session_id": SESSION_ID,
    "status": "pending",
    "title": _TITLE,
    "player_ids": ["player-7"],
    "notes": "Indoor, left-handed bowler.",
    "settings": SETTINGS,
    "created_at": FILMED_AT,
    "updated_at": FILMED_AT,
}
