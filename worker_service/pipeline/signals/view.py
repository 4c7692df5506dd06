"""Where the camera stands, told from how wide the body looks.

For any movement the view is named by the chest: `side` looks at a shoulder. In cricket it is
named by the line of play, because the batter's chest turns away from it by rule and the bowler's
during delivery: `side` is square to the pitch, `front` looks at the athlete from where the ball
goes or comes from, `rear` from behind.
"""

from typing import TYPE_CHECKING

import numpy as np

from shared.results import Movement, View, ViewEstimate
from worker_service.pipeline.track import INDEX

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from worker_service.pipeline.track import PoseTrack

FRONTAL_SHOULDERS, FRONTAL_HIPS = 0.73, 0.41
"""Torso lengths between the model's shoulder and hip points of a person seen squarely from the
front (measured on standing.mp4)."""

FRONTAL, PROFILE = 0.85, 0.5
"""Apparent over frontal width: 0.85 is a turn of 30 degrees, 0.5 of 60 degrees."""

SQUARE_STRIDE = 1.2
"""Torso lengths between the ankles at the widest of a stroke or delivery seen from square."""

SQUARE, END_ON = 0.75, 0.4
"""Apparent over square stride from which, and below which, the camera is square or end-on."""

_BY_LINE_OF_PLAY = (Movement.CRICKET_BATTING, Movement.CRICKET_BOWLING)
_TRUNK = ("shoulder", "hip")

CLEAR = 0.15
"""Distance from the nearest boundary that makes the label as good as certain."""


def estimate_view(track: "PoseTrack", movement: Movement) -> ViewEstimate:
    """Return the view, and how sure it is: how far from the next one, and for how much of the clip.

    An athlete who turns is seen from more than one side; the label is then that of the median, and
    the confidence is the share of pictures that agree with it.
    """
    if movement in _BY_LINE_OF_PLAY:
        shares, bounds = np.array([_stride_share(track)]), (END_ON, SQUARE)
        labels = _by_face(track), View.OBLIQUE, View.SIDE
    else:
        shares, bounds = _chest_shares(track), (PROFILE, FRONTAL)
        labels = View.SIDE, View.OBLIQUE, _by_chest(track)
    share = _median(shares)
    if not np.isfinite(share):
        return ViewEstimate(label=View.UNKNOWN, confidence=0.0)
    place = int(np.searchsorted(bounds, share))
    margin = min(abs(share - bound) for bound in bounds)
    sure = min(1.0, 0.5 + 0.5 * margin / CLEAR)
    agreeing = np.searchsorted(bounds, shares[np.isfinite(shares)]) == place
    return ViewEstimate(label=labels[place], confidence=round(min(sure, agreeing.mean()), 3))


def _chest_shares(track: "PoseTrack") -> "NDArray[np.float64]":
    """(n,) apparent width of shoulders and hips over their frontal width, across the trunk.

    Across the trunk and not across the picture, because in a push-up the trunk lies.
    """
    shoulders, hips = (track.middle(f"left_{part}", f"right_{part}") for part in _TRUNK)
    up = (shoulders - hips) / np.linalg.norm(shoulders - hips, axis=1, keepdims=True)
    across = np.stack([-up[:, 1], up[:, 0]], axis=1)
    torso = _torso_px(track)
    wide = [np.abs((_between(track, part) * across).sum(axis=1)) / torso for part in _TRUNK]
    return np.asarray((wide[0] / FRONTAL_SHOULDERS + wide[1] / FRONTAL_HIPS) / 2.0)


def _stride_share(track: "PoseTrack") -> float:
    """Widest stride (95th percentile) over what it would be from square."""
    stride = np.abs(_spread(track, "ankle")) / _torso_px(track)
    known = stride[np.isfinite(stride)]
    return float(np.percentile(known, 95)) / SQUARE_STRIDE if len(known) else float("nan")


def _by_chest(track: "PoseTrack") -> View:
    """Front when the athlete's left is on the right of the picture."""
    return View.FRONT if _median(_spread(track, "shoulder")) > 0 else View.REAR


def _by_face(track: "PoseTrack") -> View:
    """Front when the nose is nearer the camera than the ears."""
    depth = track.world_m[:, :, 2]
    ears = (depth[:, INDEX["left_ear"]] + depth[:, INDEX["right_ear"]]) / 2.0
    return View.FRONT if _median(depth[:, INDEX["nose"]] - ears) < 0 else View.REAR


def _spread(track: "PoseTrack", part: str) -> "NDArray[np.float64]":
    return np.asarray(_between(track, part)[:, 0])


def _between(track: "PoseTrack", part: str) -> "NDArray[np.float64]":
    return track.point(f"left_{part}") - track.point(f"right_{part}")


def _torso_px(track: "PoseTrack") -> float:
    middle = track.middle("left_shoulder", "right_shoulder")
    return _median(np.linalg.norm(middle - track.middle("left_hip", "right_hip"), axis=1))


def _median(values: "NDArray[np.float64]") -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else float("nan")
