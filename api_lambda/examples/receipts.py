"""The receipt of a deletion."""

from typing import Any

from api_lambda.examples.common import DONE_AT, RECEIPT_ID

RECEIPT: dict[str, Any] = {
    "receipt_id": RECEIPT_ID,
    "kind": "player",
    "deleted_at": DONE_AT,
    "counts": {
        "jobs": 12,
        "sessions_deleted": 0,
        "sessions_changed": 4,
        "consents": 1,
        "objects": 87,
    },
    "closed_at": None,
}
