"""Which landmarks cannot be where they are said to be: misplaced alone, or on too long a limb."""

import numpy as np
from numpy.typing import NDArray

from worker_service.pipeline.pose import body
from worker_service.pipeline.signals.outliers import outliers
from worker_service.pipeline.track import INDEX, LANDMARKS, PoseTrack

HARDEST_PULL = {"shoulder": 50.0, "hip": 50.0, "knee": 70.0, "ankle": 200.0, "heel": 250.0,
                "foot": 250.0, "elbow": 200.0, "wrist": 400.0}  # fmt: skip
"""Body lengths (about 1.36 m) per second squared. A bowling hand at 0.75 m and 25 rad/s is pulled
by 345 of them. The others are the app's own, version 1."""

HARDEST_OTHER_PULL = 50.0
_HAND = ("pinky", "index", "thumb")

LONGEST = {
    ("hip", "knee"): 0.315,
    ("knee", "ankle"): 0.316,
    ("shoulder", "elbow"): 0.239,
    ("elbow", "wrist"): 0.187,
}
"""Limbs in body lengths, from their shares of the height: 0.245, 0.246, 0.186, 0.146, over 0.779
for trunk, thigh and shank (Drillis & Contini, in Winter, Biomechanics, 4th ed., fig. 4.1)."""

TOO_LONG = 1.6
"""Times `LONGEST` that no athlete's limb is, even nearer to the camera than the trunk."""

SLID, SLID_PULL = 0.07, 40.0
"""A knee's place along its leg may leave the line of its neighbours by this share of the leg, and
by what this many shares per second squared add. (Measured: 0.14 to 0.15 at 30 Hz where the front
leg hides behind the other at ball release.)"""

SHORT_LEG = 0.3
"""Body lengths in the picture below which a leg points at the camera and its knee may be anywhere
along it."""

BLEND_PULL = {"knee": 120.0, "ankle": 220.0}
"""As `HARDEST_PULL`, of one side against the other: less than both together, because one leg is
pulled hardest when the other is not. (Measured: the ankles come together by 0.37 at ball release,
at 30 Hz, in a picture in which the model wavers between two readings of the legs.)"""

SIZE_S = 0.5
"""The body is as long as three in four pictures this long before and after show it at most."""

_FOLLOWERS = {"knee": (), "ankle": ("heel", "foot_index"), "elbow": (), "wrist": _HAND}


def impossible(track: PoseTrack) -> NDArray[np.bool_]:
    """(n, 33) which samples cannot be true."""
    length_px = body.length(track.xy_px).astype(np.float64)
    if not np.isfinite(length_px).any():
        return np.zeros(track.origin.shape, dtype=bool)
    misplaced = np.zeros(track.origin.shape, dtype=bool)
    scaled = track.xy_px / float(np.nanmedian(length_px))
    for position, name in enumerate(LANDMARKS):
        misplaced[:, position] = outliers(track.real_s, scaled[:, position], pull=_pull(name))
    limbs = _overlong(track, length_px) | _slid_knees(track, length_px)
    return misplaced | limbs | _blended(track.real_s, scaled)


def _pull(landmark: str) -> float:
    part = landmark.split("_")[1] if "_" in landmark else landmark
    part = "wrist" if part in _HAND else part
    return HARDEST_PULL.get(part, HARDEST_OTHER_PULL)


def _overlong(track: PoseTrack, length_px: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Take the far end of a limb that is too long, and what hangs on it, for misplaced."""
    size_px = _size_px(track.real_s, length_px)
    wrong = np.zeros(track.origin.shape, dtype=bool)
    for side in ("left", "right"):
        for (near, far), share in LONGEST.items():
            limb = track.point(f"{side}_{far}") - track.point(f"{side}_{near}")
            overlong = np.linalg.norm(limb, axis=1) > TOO_LONG * share * size_px
            for part in (far, *_FOLLOWERS[far]):
                wrong[overlong, INDEX[f"{side}_{part}"]] = True
    return wrong


def _blended(t_s: NDArray[np.float64], scaled: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell where the model mixed two legs into one: both sides leave their ways at once."""
    wrong = np.zeros(scaled.shape[:2], dtype=bool)
    for part, pull in BLEND_PULL.items():
        sides = [INDEX[f"{side}_{part}"] for side in ("left", "right")]
        apart = scaled[:, sides[0]] - scaled[:, sides[1]]
        blended = outliers(t_s, apart, pull=pull)
        for side in ("left", "right"):
            for follower in (part, *_FOLLOWERS[part]):
                wrong[blended, INDEX[f"{side}_{follower}"]] = True
    return wrong


def _slid_knees(track: PoseTrack, length_px: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell where a knee slid along its leg for a moment: one segment shrank as the other grew."""
    wrong = np.zeros(track.origin.shape, dtype=bool)
    shortest_px = SHORT_LEG * float(np.nanmedian(length_px))
    for side in ("left", "right"):
        hip, knee, ankle = (track.point(f"{side}_{part}") for part in ("hip", "knee", "ankle"))
        thigh, shank = np.linalg.norm(hip - knee, axis=1), np.linalg.norm(knee - ankle, axis=1)
        leg_px = np.where(thigh + shank > shortest_px, thigh + shank, np.nan)
        along = (thigh / leg_px)[:, None]
        slid = outliers(track.real_s, along, pull=SLID_PULL, floor=SLID)
        wrong[:, INDEX[f"{side}_knee"]] = slid
    return wrong


def _size_px(t_s: NDArray[np.float64], length_px: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) body length at the time, little moved by single pictures; NaN where never seen."""
    known = np.isfinite(length_px)
    times, lengths = t_s[known], length_px[known]
    first, last = np.searchsorted(times, t_s - SIZE_S), np.searchsorted(times, t_s + SIZE_S)
    return np.array(
        [
            np.percentile(lengths[a:b], 75) if b > a else np.nan
            for a, b in zip(first.tolist(), last.tolist(), strict=True)
        ]
    )
