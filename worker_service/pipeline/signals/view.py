"""Where the camera stands, told from how wide the body looks or from where its feet go.

For any movement the view is named by the chest: `side` looks at a shoulder. In cricket it is
named by the line of play, because the batter's chest turns away from it by rule and the bowler's
during delivery: `side` is square to the pitch, `front` looks at the athlete from where the ball
goes or comes from, `rear` from behind.
"""

from typing import TYPE_CHECKING

import numpy as np

from shared.results import Movement, View, ViewEstimate
from worker_service.pipeline.signals.known import median, percentile
from worker_service.pipeline.signals.line_of_play import LineOfPlay, line_of_play
from worker_service.pipeline.signals.rates import steps_s
from worker_service.pipeline.track import INDEX

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from worker_service.pipeline.track import PoseTrack

FRONTAL_SHOULDERS, FRONTAL_HIPS = 0.73, 0.41
"""Torso lengths between the model's shoulder and hip points of a person seen squarely from the
front (measured on standing.mp4)."""

FRONTAL, PROFILE = 0.85, 0.5
"""Apparent over frontal width: 0.85 is a turn of 30 degrees, 0.5 of 60 degrees."""

CLEAR = 0.15
"""Distance from the nearest boundary that makes the label as good as certain."""

SQUARE_DEG, END_ON_DEG = 25.0, 60.0
"""Degrees off square up to which, and from which, a camera is square to the pitch or end-on. At
25 a line along the pitch looks a tenth too short and a knee of 120 degrees 3 degrees too straight.
The model's depth puts two cameras that stand square by eye at 9 to 12 (measured on bowling_1 and
bowling_3)."""

CLEAR_DEG = 10.0
"""The same as `CLEAR` for the line of play."""

_AHEAD = {
    Movement.CRICKET_BATTING: (("nose",), ("left_ear", "right_ear")),
    Movement.CRICKET_BOWLING: (
        ("left_foot_index", "right_foot_index"),
        ("left_heel", "right_heel"),
    ),
}
"""What is ahead of what: a batter faces the bowler, a bowler's head and trunk turn."""

_TRUNK = ("shoulder", "hip")
_NOTHING = ViewEstimate(label=View.UNKNOWN, confidence=0.0)


def estimate_view(track: "PoseTrack", movement: Movement) -> ViewEstimate:
    """Return the view, and how sure it is: how far from the next one, and how undivided."""
    if movement not in _AHEAD:
        return _by_chest(track)
    line = line_of_play(track, movement)
    return _NOTHING if line is None else _by_line(track, movement, line)


def _by_line(track: "PoseTrack", movement: Movement, line: LineOfPlay) -> ViewEstimate:
    """Name the view by the line of play; feet that keep to no line leave doubt."""
    bounds = SQUARE_DEG, END_ON_DEG
    labels = View.SIDE, View.OBLIQUE, _by_ahead(track, movement, line)
    place = int(np.searchsorted(bounds, line.off_square_deg))
    sure = _sure(line.off_square_deg, bounds, CLEAR_DEG)
    return ViewEstimate(label=labels[place], confidence=round(min(sure, line.straightness), 3))


def _by_chest(track: "PoseTrack") -> ViewEstimate:
    """Name the view by the chest's apparent width.

    An athlete who turns is seen from more than one side; the label is then that of most of the
    time, and the confidence is the share of the time that agrees with it.
    """
    weights = steps_s(track.real_s)  # a dense window must not outvote the rest
    shares = _chest_shares(track, weights)
    share = percentile(shares, 50, weights)
    if not np.isfinite(share):
        return _NOTHING
    bounds = PROFILE, FRONTAL
    labels = View.SIDE, View.OBLIQUE, _by_left_and_right(track, weights)
    place = int(np.searchsorted(bounds, share))
    known = np.isfinite(shares)
    agreeing = np.average(np.searchsorted(bounds, shares[known]) == place, weights=weights[known])
    sure = min(_sure(share, bounds, CLEAR), float(agreeing))
    return ViewEstimate(label=labels[place], confidence=round(sure, 3))


def _sure(value: float, bounds: tuple[float, ...], clear: float) -> float:
    """0.5 on a boundary to 1 where the nearest one is `clear` away."""
    return min(1.0, 0.5 + 0.5 * min(abs(value - bound) for bound in bounds) / clear)


def _chest_shares(track: "PoseTrack", weights: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """(n,) apparent width of shoulders and hips over their frontal width, across the trunk.

    Across the trunk and not across the picture, because in a push-up the trunk lies.
    """
    shoulders, hips = (track.middle(f"left_{part}", f"right_{part}") for part in _TRUNK)
    torso_px = np.linalg.norm(shoulders - hips, axis=1)
    up = (shoulders - hips) / torso_px[:, None]
    across = np.stack([-up[:, 1], up[:, 0]], axis=1)
    usual_px = percentile(torso_px, 50, weights)
    wide = [np.abs((_between(track, part) * across).sum(axis=1)) / usual_px for part in _TRUNK]
    return np.asarray((wide[0] / FRONTAL_SHOULDERS + wide[1] / FRONTAL_HIPS) / 2.0)


def _by_left_and_right(track: "PoseTrack", weights: "NDArray[np.float64]") -> View:
    """Front when the athlete's left is on the right of the picture."""
    spread = percentile(_between(track, "shoulder")[:, 0], 50, weights)
    return View.FRONT if spread > 0 else View.REAR


def _by_ahead(track: "PoseTrack", movement: Movement, line: LineOfPlay) -> View:
    """Front when the athlete looks (a batter) or steps (a bowler) towards the camera."""
    front, back = _AHEAD[movement]
    near = (track.real_s >= line.start_s) & (track.real_s <= line.end_s)
    depth = track.world_m[near, :, 2]
    ahead = depth[:, [INDEX[name] for name in front]].mean(axis=1)
    ahead -= depth[:, [INDEX[name] for name in back]].mean(axis=1)
    return View.FRONT if median(ahead) < 0 else View.REAR


def _between(track: "PoseTrack", part: str) -> "NDArray[np.float64]":
    return track.point(f"left_{part}") - track.point(f"right_{part}")
