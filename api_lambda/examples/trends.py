"""What `getTrend` answers."""

from typing import Any

from api_lambda.examples.common import FILMED_AT, JOB_ID, PLAYER_ID, SESSION_ID

_FIRST = {
    "job_id": "0b9a6e1f-2c4d-4e8a-b7f3-6d5c4b3a2910",
    "session_id": "91c7d0a2-5e3f-4b6c-8a1d-2f4e6a8c0b3d",
    "at": "2026-10-02T15:30:00.000000Z",
    "value": 0.31,
    "score": 0.41,
    "confidence": 0.9,
    "error_band": 0.03,
}

_LAST = {
    "job_id": JOB_ID,
    "session_id": SESSION_ID,
    "at": FILMED_AT,
    "value": 0.14,
    "score": 0.78,
    "confidence": 0.92,
    "error_band": 0.03,
}

TREND: dict[str, Any] = {
    "player_id": PLAYER_ID,
    "metric": "head_stability_score",
    "series": [
        {
            "movement": "cricket_batting",
            "exercise": None,
            "view": "side",
            "side": None,
            "unit": "torso",
            "points": [_FIRST, _LAST],
            "change": {"first": 0.31, "last": 0.14, "difference": -0.17, "beyond_error": True},
        }
    ],
    "left_out": {"landmarks_hidden": 1, "superseded": 1},
}
