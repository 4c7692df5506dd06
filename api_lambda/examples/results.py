"""What came out."""

from typing import Any

from api_lambda.examples.common import JOB_ID

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
