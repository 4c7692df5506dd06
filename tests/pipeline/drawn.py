"""Somebody standing still, as a track, and what an analysis says about it."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from api_lambda.examples.results import RESULTS
from shared.results import Event, Results
from worker_service.pipeline.track import INDEX, LANDMARKS, Origin, PoseTrack

STANDING = {
    "shoulder": (0.0, 0.30),
    "elbow": (0.06, 0.42),
    "wrist": (0.08, 0.54),
    "hip": (0.0, 0.55),
    "knee": (0.0, 0.73),
    "ankle": (0.0, 0.90),
    "heel": (-0.01, 0.92),
    "foot_index": (0.04, 0.92),
}
"""Where the athlete's own right and left joints are, across and down, in picture heights."""

HALF_WIDTH = 0.07
FACE = 0.16


def standing_track(
    t_s: Sequence[float], width: int = 160, height: int = 120, *, visibility: float = 0.95
) -> PoseTrack:
    """Return somebody in the middle of the picture who does not move."""
    xy = np.full((len(LANDMARKS), 2), (0.0, FACE))
    xy[: INDEX["mouth_right"] + 1, 0] = np.linspace(-0.03, 0.03, INDEX["mouth_right"] + 1)
    for part, (across, down) in STANDING.items():
        xy[INDEX[f"left_{part}"]] = (HALF_WIDTH + across, down)
        xy[INDEX[f"right_{part}"]] = (-HALF_WIDTH - across, down)
    for finger in ("pinky", "index", "thumb"):
        for side in ("left", "right"):
            xy[INDEX[f"{side}_{finger}"]] = xy[INDEX[f"{side}_wrist"]]
    xy_px = xy * height + [width / 2, 0.0]
    n = len(t_s)
    return PoseTrack(
        t_s=np.asarray(t_s, dtype=np.float64),
        frame=np.arange(n),
        xy_px=np.repeat(xy_px[None], n, axis=0),
        visibility=np.full((n, len(LANDMARKS)), visibility),
        world_m=np.zeros((n, len(LANDMARKS), 3)),
        origin=np.full((n, len(LANDMARKS)), Origin.DETECTED, dtype=np.uint8),
        width_px=width,
        height_px=height,
    )


def an_event(type_: str, t_s: float, confidence: float = 0.9, **said: Any) -> Event:
    return Event.model_validate(
        {"type": type_, "t_s": t_s, "frame": 0, "confidence": confidence, **said}
    )


def results_with(events: Sequence[Event] = (), findings_at_s: Sequence[float] = ()) -> Results:
    """Return a whole document with these events, and a finding at each of these times."""
    document = Results.model_validate(RESULTS)
    [example, *_] = document.findings.findings
    found = [
        example.model_copy(
            update={
                "code": f"fault_{number}",
                "evidence": example.evidence.model_copy(update={"scrub_t_s": t_s}),
            }
        )
        for number, t_s in enumerate(findings_at_s)
    ]
    findings = document.findings.model_copy(update={"findings": found})
    return document.model_copy(update={"events": list(events), "findings": findings})
