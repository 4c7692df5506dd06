"""An athlete, what their mother allowed, and everything that is kept about them."""

from typing import Any

from api_lambda.examples.common import CONSENT_ID, DONE_AT, FILMED_AT, JOB_ID, PLAYER_ID
from api_lambda.examples.jobs import JOB
from api_lambda.examples.sessions import SESSION

PLAYER_BODY: dict[str, Any] = {"name": "Maya", "age_band": "under_16"}

PLAYER: dict[str, Any] = {
    "player_id": PLAYER_ID,
    "name": "Maya",
    "age_band": "under_16",
    "created_at": FILMED_AT,
    "updated_at": FILMED_AT,
}

NEW_CONSENT: dict[str, Any] = {
    "scope": "analysis",
    "given_by": "R. Iyer",
    "relationship": "mother",
    "expires_at": "2027-08-31T00:00:00Z",
}

CONSENT: dict[str, Any] = {
    "consent_id": CONSENT_ID,
    **NEW_CONSENT,
    "given_at": FILMED_AT,
    "revoked_at": None,
    "active": True,
    "created_at": FILMED_AT,
}

EXPORT: dict[str, Any] = {
    "player": PLAYER,
    "consents": [CONSENT],
    "sessions": [SESSION],
    "jobs": [
        {
            "job": JOB,
            "files": [
                {
                    "name": "1/results.json",
                    "url": f"https://media.example.com/results/{JOB_ID}/1/results.json?X-Amz-…",
                }
            ],
            "deliveries": [],
        }
    ],
    "exported_at": DONE_AT,
    "links_expire_in_s": 3600,
    "next_cursor": None,
}
