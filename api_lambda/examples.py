"""One coach's afternoon, as the examples of the OpenAPI document."""

from typing import Any

SESSION_ID = "5f0c2f0e-6a6b-4a3c-9d0e-3c1a7d0f4b11"
JOB_ID = "c2b7a1de-93f1-4c8b-8f6e-0a5d2e9b7c42"

_TITLE = "Nets, front-foot drives"
_FILMED_AT = "2026-11-20T16:04:05.123456Z"
_DONE_AT = "2026-11-20T16:05:11.250000Z"
_S3_KEY = f"uploads/coach-7/{SESSION_ID}/{JOB_ID}/source"

NEW_SESSION: dict[str, Any] = {
    "title": _TITLE,
    "player_ids": ["player-7"],
    "notes": "Indoor, left-handed bowler.",
    "movement": "cricket_batting",
    "handedness": "right",
    "camera_view": "side",
    "athlete_height_cm": 172,
}

_SETTINGS = {
    "movement": "cricket_batting",
    "sample_fps": 15.0,
    "handedness": "right",
    "camera_view": "side",
    "athlete_height_cm": 172.0,
    "slow_motion_factor": 1.0,
}

SESSION: dict[str, Any] = {
    "session_id": SESSION_ID,
    "status": "pending",
    "title": _TITLE,
    "player_ids": ["player-7"],
    "notes": "Indoor, left-handed bowler.",
    "settings": _SETTINGS,
    "created_at": _FILMED_AT,
    "updated_at": _FILMED_AT,
}

NEW_UPLOAD: dict[str, Any] = {
    "session_id": SESSION_ID,
    "sample_fps": 15,
    "include_frames": True,
    "filename": "drive-03.mp4",
    "content_type": "video/mp4",
    "size_bytes": 8_421_376,
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

STATUS: dict[str, Any] = {
    "job_id": JOB_ID,
    "status": "processing",
    "progress": {
        "stage": "pose",
        "percent": 41.5,
        "frames_done": 62,
        "frames_total": 150,
        "estimated_completion": _DONE_AT,
        "updated_at": "2026-11-20T16:04:41.000000Z",
    },
    "error": None,
}

_STANDING_STILL = {
    "percent": 0.0,
    "frames_done": 0,
    "frames_total": 0,
    "estimated_completion": None,
    "updated_at": "2026-11-20T16:04:48.000000Z",
}

CANCELLED: dict[str, Any] = {
    "job_id": JOB_ID,
    "status": "cancelled",
    "progress": {"stage": "cancelled", **_STANDING_STILL},
    "error": None,
}

RETRIED: dict[str, Any] = {
    "job_id": JOB_ID,
    "status": "processing",
    "progress": {"stage": "waiting", **_STANDING_STILL},
    "error": None,
}

JOB: dict[str, Any] = {
    "job_id": JOB_ID,
    "status": "completed",
    "progress": {
        "stage": "done",
        "percent": 100.0,
        "frames_done": 150,
        "frames_total": 150,
        "estimated_completion": None,
        "updated_at": _DONE_AT,
    },
    "error": None,
    "session_id": SESSION_ID,
    "attempt": 1,
    "settings": _SETTINGS,
    "include_frames": True,
    "filename": "drive-03.mp4",
    "content_type": "video/mp4",
    "size_bytes": 8_421_376,
    "created_at": _FILMED_AT,
    "updated_at": _DONE_AT,
    "started_at": "2026-11-20T16:04:20.000000Z",
    "attempt_started_at": "2026-11-20T16:04:21.500000Z",
    "completed_at": _DONE_AT,
}

_KNEE = 128.4

_HEAD = {
    "value": 0.06,
    "unit": "torso",
    "score": 0.82,
    "at": {"t_s": 3.4, "frame": 102, "event": "contact"},
    "n": 1,
    "confidence": 0.9,
    "error_band": 0.02,
}

_EVIDENCE = {
    "scrub_t_s": 3.4,
    "worst_frames": [{"t_s": 3.4, "frame": 102, "score": 0.31}],
    "segments": [{"start_s": 3.1, "end_s": 3.6, "min_score": 0.31}],
}

_FINDING = {
    "code": "FRONT_KNEE_COLLAPSES",
    "title": "The front knee gives way at contact",
    "severity": "medium",
    "metric": "front_knee_brace_score",
    "value": _KNEE,
    "unit": "deg",
    "threshold": 140.0,
    "why_it_matters": "A soft front knee lets the head fall away from the ball.",
    "cues": ["Land, then be tall."],
    "drill_ids": ["front-foot-hold"],
    "confidence": 0.8,
    "source": "rules/cricket_batting.yaml",
    "evidence": _EVIDENCE,
}

RESULTS: dict[str, Any] = {
    "schema_version": 1,
    "pose": {
        "pose_summary": {
            "frames_total": 300,
            "frames_sampled": 150,
            "frames_with_athlete": 148,
            "detection_rate": 0.987,
            "mean_visibility": 0.91,
            "sample_fps": 15.0,
            "source_fps": 30.0,
            "duration_s": 10.0,
            "width": 1080,
            "height": 1920,
            "rotation_deg": 90,
            "people_seen": 1,
        },
        "frames_file": {
            "name": "frames.json.gz",
            "gzip_bytes": 81_920,
            "json_bytes": 901_120,
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        },
        "frames_url": f"https://media.s3.us-east-1.amazonaws.com/results/{JOB_ID}/1/frames.json.gz?X-Amz-Signature=…",
        "frames": None,
    },
    "quality": {
        "usable": True,
        "view": {"label": "side", "confidence": 0.94},
        "checks": [
            {
                "id": "athlete_height_in_picture",
                "passed": True,
                "value": 0.61,
                "limit": 0.25,
                "unit": "fraction",
                "advice": None,
            }
        ],
        "retake_advice": [],
    },
    "events": [{"type": "contact", "t_s": 3.4, "frame": 102, "side": "left", "confidence": 0.8}],
    "reps": [{"index": 0, "start_s": 2.2, "end_s": 4.6}],
    "highlights": [{"start_s": 2.2, "end_s": 4.6, "score": 0.9}],
    "metrics": {
        "head_stability_score": _HEAD,
        "elbow_drop_score": {"value": None, "unit": "deg", "reason": "landmarks_hidden"},
    },
    "findings": {"overall_level": "medium", "findings": [_FINDING]},
    "report": {
        "summary": "Balanced at the crease; the front knee gives way at contact.",
        "top_issues": [
            {
                "code": "FRONT_KNEE_COLLAPSES",
                "title": "The front knee gives way at contact",
                "severity": "medium",
                "look_at_s": 3.4,
                "explanation": "The knee bends to 128° where 140° or more is firm.",
            }
        ],
        "strengths": ["The head stays still into contact."],
        "drills": [],
        "one_week_plan": [
            {"day": day, "focus": "Firm front leg", "activities": ["10 holds"], "drill_ids": []}
            for day in range(1, 8)
        ],
        "retake_advice": [],
        "reliability_warning": None,
    },
    "provenance": {
        "code_version": "0.1.0",
        "model": {"name": "pose_landmarker_full.task", "sha256": "4eaa5eb7a98365221087693fcc28633"},
        "engine": "mediapipe",
        "device": "cpu",
        "movement": "cricket_batting",
        "timings_s": {"pose": 21.4, "metrics": 0.2, "findings": 0.1, "report": 0.1},
        "worker": "worker-1",
        "attempt": 1,
    },
}

HEALTH: dict[str, Any] = {"status": "ok", "version": "0.1.0"}

READY: dict[str, Any] = {
    "status": "ok",
    "parts": {"database": "ok", "bucket": "ok", "queue": "ok"},
}

NOT_READY: dict[str, Any] = {
    "status": "unavailable",
    "parts": {"database": "ok", "bucket": "ok", "queue": "unavailable"},
}


def page_of(item: dict[str, Any]) -> dict[str, Any]:
    """A last page with one item."""
    return {"items": [item], "next_cursor": None}
