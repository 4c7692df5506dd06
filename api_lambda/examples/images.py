"""Still pictures."""

from typing import Any

from api_lambda.examples.common import FILMED_AT, JOB_ID, PLAYER_ID, SESSION_ID

_NAMES = ("stance.jpg", "follow-through.gif")

SENT_PICTURES: dict[str, Any] = {
    "files": ["(the bytes of stance.jpg)", "(the bytes of follow-through.gif)"],
    "session_id": SESSION_ID,
    "player_id": PLAYER_ID,
}

_REFUSED: dict[str, Any] = {
    "index": 1,
    "filename": _NAMES[1],
    "accepted": False,
    "error": {
        "code": "INVALID_FORMAT",
        "message": "File must be a picture. Detected MIME type: image/gif",
    },
}

_UPLOAD: dict[str, Any] = {
    "upload_id": JOB_ID,
    "session_id": SESSION_ID,
    "player_id": PLAYER_ID,
    "status": "queued",
    "expires_at": FILMED_AT,
}

PICTURES: dict[str, Any] = {
    **_UPLOAD,
    "files": [
        {
            "index": 0,
            "filename": _NAMES[0],
            "accepted": True,
            "error": None,
            "width": 3024,
            "height": 4032,
        },
        {**_REFUSED, "width": None, "height": None},
    ],
}

NEW_PICTURES: dict[str, Any] = {
    "session_id": SESSION_ID,
    "player_id": PLAYER_ID,
    "files": [
        {"filename": _NAMES[0], "content_type": "image/jpeg", "size_bytes": 3_145_728},
        {"filename": _NAMES[1], "content_type": "image/gif", "size_bytes": 81_920},
    ],
}

PICTURE_URLS: dict[str, Any] = {
    **_UPLOAD,
    "files": [
        {
            "index": 0,
            "filename": _NAMES[0],
            "accepted": True,
            "error": None,
            "presigned_url": f"https://media.s3.us-east-1.amazonaws.com/stills/coach-7/{JOB_ID}/000?X-Amz-Signature=…",
            "method": "PUT",
            "headers": {
                "If-None-Match": "*",
                "Content-Type": "image/jpeg",
                "Content-Length": "3145728",
            },
        },
        {**_REFUSED, "presigned_url": None, "method": "PUT", "headers": {}},
    ],
}

ANALYZE: dict[str, Any] = {
    "upload_id": JOB_ID,
    "confidence": 0.5,
    "tiling": {"tile_px": 1024, "overlap": 0.2},
}

_LINK = f"https://media.s3.us-east-1.amazonaws.com/results/{JOB_ID}/1/"
_SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def _file(name: str, size_bytes: int) -> dict[str, Any]:
    return {
        "name": name,
        "content_type": "image/jpeg",
        "size_bytes": size_bytes,
        "sha256": _SHA256,
    }


_PERSON: dict[str, Any] = {
    "box": {"x_px": 812.4, "y_px": 402.0, "width_px": 1103.5, "height_px": 3010.2},
    "confidence": 0.93,
    "landmarks": {"left_knee": {"x_px": 1204.1, "y_px": 2611.7, "visibility": 0.98}},
    "angles_deg": {
        "left_knee": {"value": 148.2, "reason": None},
        "right_elbow": {"value": None, "reason": "landmarks_hidden"},
    },
}

RESULTS: dict[str, Any] = {
    "schema_version": 1,
    "settings": {"confidence": 0.5, "tiling": {"tile_px": 1024, "overlap": 0.2}},
    "pictures": [
        {
            "index": 0,
            "filename": _NAMES[0],
            "width": 3024,
            "height": 4032,
            "people": [_PERSON],
            "error": None,
            "annotated": _file("000-annotated.jpg", 412_300),
            "thumbnail": _file("000-thumbnail.jpg", 14_210),
            "annotated_url": f"{_LINK}000-annotated.jpg?X-Amz-Signature=…",
            "thumbnail_url": f"{_LINK}000-thumbnail.jpg?X-Amz-Signature=…",
        }
    ],
    "code_version": "0.1.0",
    "model": {"name": "pose_landmarker_full.task", "sha256": "4eaa5eb7a98365221087693fcc28633"},
    "engine": "mediapipe",
    "device": "cpu",
    "timings_s": {"pose": 0.31},
}
