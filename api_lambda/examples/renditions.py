"""Renderings of an analysis."""

from typing import Any

from api_lambda.examples.common import JOB_ID, SESSION_ID
from api_lambda.examples.reanalysis import REANALYZED

_RENDER_ID = "b1f4f0c7-2f0d-4a35-8a1f-64e0d2c9a7d3"
_BUCKET = "https://media.s3.us-east-1.amazonaws.com"
_STORED = f"{_BUCKET}/results/{_RENDER_ID}/1"
_SIGNED = "?X-Amz-Signature=…"

OPTIONS: dict[str, Any] = {"crf": 22, "show_angles": True, "blur_faces": True}

RENDERING: dict[str, Any] = {
    **REANALYZED,
    "job_id": _RENDER_ID,
    "kind": "render",
    "settings": {
        "fps": None,
        "crf": 22,
        "show_skeleton": True,
        "show_keypoints": True,
        "show_bbox": False,
        "show_confidence": False,
        "show_angles": True,
        "blur_faces": True,
    },
    "include_frames": False,
    "size_bytes": 8_421_376,
    "sqs_message_id": "6b0e2f38-9a55-4c7f-bd0f-1f5a4c0f6a3e",
}

VISUALIZATION: dict[str, Any] = {
    "job_id": JOB_ID,
    "original_url": f"{_BUCKET}/uploads/coach-7/{SESSION_ID}/{JOB_ID}/source{_SIGNED}",
    "playback_url": f"{_STORED}/playback.mp4{_SIGNED}",
    "annotated_url": f"{_STORED}/annotated.mp4{_SIGNED}",
    "thumbnail_url": f"{_STORED}/thumbnail.jpg{_SIGNED}",
    "key_frames": [
        {
            "t_s": 2.4,
            "frame": 72,
            "label": "contact",
            "confidence": 0.81,
            "url": f"{_STORED}/key-frame-01.jpg{_SIGNED}",
        }
    ],
    "expires_in": 3600,
    "rendition_job_id": _RENDER_ID,
    "rendition_status": "completed",
}
