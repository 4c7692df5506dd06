"""An upload."""

from typing import Any

from api_lambda.examples.common import JOB_ID, SESSION_ID

_S3_KEY = f"uploads/coach-7/{SESSION_ID}/{JOB_ID}/source"

NEW_UPLOAD: dict[str, Any] = {
    "session_id": SESSION_ID,
    "sample_fps": 15,
    "include_frames": True,
    "filename": "drive-03.mp4",
    "content_type": "video/mp4",
    "size_bytes": 8_421_376,
}

SMALL_UPLOAD: dict[str, Any] = {
    "file": "(the bytes of drive-03.mp4)",
    "session_id": SESSION_ID,
    "movement": "cricket_batting",
}

UPLOAD: dict[str, Any] = {
    "job_id": JOB_ID,
    "session_id": SESSION_ID,
    "status": "queued",
    "presigned_url": f"https://media.s3.us-east-1.amazonaws.com/{_S3_KEY}?X-Amz-Signature=…",
    "method": "PUT",
    "headers": {
        "If-None-Match": "*",
        "Content-Type": "video/mp4",
        "Content-Length": "8421376",
    },
    "upload": None,
    "s3_bucket": "media",
    "s3_key": _S3_KEY,
    "expires_in": 3600,
}

RESUMED: dict[str, Any] = {
    "job_id": JOB_ID,
    "session_id": SESSION_ID,
    "status": "queued",
    "presigned_url": None,
    "method": None,
    "headers": None,
    "upload": {
        "upload_id": "VXBsb2FkIElEIGZvciBlbHZpbmcncyBtb3ZpZQ",
        "part_size_bytes": 16_777_216,
        "parts": [
            {
                "part_number": 1,
                "size_bytes": 16_777_216,
                "done": True,
                "etag": "7778aef83f66abc1fa1e8477f296d394",
                "url": None,
            },
            {
                "part_number": 2,
                "size_bytes": 3_222_784,
                "done": False,
                "etag": None,
                "url": f"https://media.s3.us-east-1.amazonaws.com/{_S3_KEY}?partNumber=2&…",
            },
        ],
    },
    "s3_bucket": "media",
    "s3_key": _S3_KEY,
    "expires_in": 3600,
}

UPLOAD_DONE: dict[str, Any] = {"job_id": JOB_ID}

COMPLETED_UPLOAD: dict[str, Any] = {
    "job_id": JOB_ID,
    "status": "processing",
    "sqs_message_id": "6b0e2f38-9a55-4c7f-bd0f-1f5a4c0f6a3e",
}
