"""A delivery: back-foot contact, front-foot contact, release, follow-through."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shared.results import EventType, Reason, Side
from worker_service.pipeline.metrics.cricket.action import Action, Found, other
from worker_service.pipeline.metrics.scene import RATE_TOLERANCE, Scene, Window
from worker_service.pipeline.metrics.sight import look
from worker_service.pipeline.signals.derivatives import speed
from worker_service.pipeline.signals.moments import (
    first_below,
    highest,
    last_above,
    lowest,
    peaks,
    samples,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shared.analysis import Handedness

RELEASE_SPEED = 6.0
"""Torso lengths a second of the hand past the hips; a slow bowler's hand does about 16."""

RELEASE_HEIGHT = 0.5
"""Torso lengths of the hand above the shoulders: a delivery is overarm."""

ARM_RATIO = 1.25
"""How much quicker the bowling hand must be than the other to be told from it."""

DELIVERIES_APART_S = 2.0
"""Two releases of one bowler are not nearer in time."""

FEWEST_HZ = 12.0
"""Below, the arm passes the top between two pictures."""

FEET_HZ = 20.0
"""Below, no foot contact is given: tracking at 15 a second, the pose model lags behind the feet and
puts front-foot contact up to four pictures of the 30 Hz source late (measured on bowling_3)."""

MOSTLY_SEEN = 0.9
"""Share of the clip a hand must be known in before it can be said not to have moved."""

STEP_SPEED = 3.0
"""Torso lengths a second a foot must have moved before it can be said to land."""

LANDED = 0.35
"""A foot has landed when its speed has fallen to this share of the step's quickest."""


@dataclass(frozen=True, slots=True, eq=False)
class _Curves:
    """Speeds and heights of one clip in torso lengths."""

    t_s: "NDArray[np.float64]"
    hand_speed: dict[Side, "NDArray[np.float64]"]
    hand_height: dict[Side, "NDArray[np.float64]"]
    foot_speed: dict[Side, "NDArray[np.float64]"]


def find_deliveries(scene: Scene, handedness: "Handedness | None") -> list[Action] | Reason:
    """Return every delivery of the clip, or why there is none.

    Release is the instant at which the bowling hand is highest and fastest. Foot contacts are
    sought backwards from it: the last fall of a foot's speed before it stands still.
    """
    if scene.track.rate_hz < FEWEST_HZ * RATE_TOLERANCE:
        return Reason.SAMPLE_RATE_TOO_LOW
    curves = _curves(scene)
    arm = Side(handedness.value) if handedness else _bowling_arm(curves)
    if isinstance(arm, Reason):
        return arm
    overarm = _overarm(curves, arm)
    top = float(np.max(overarm, initial=0.0))
    if top <= 0:
        return _nothing_bowled(curves, arm)
    releases = peaks(overarm, height=top / 2, apart_s=DELIVERIES_APART_S)
    return [
        _delivery(scene, curves, arm, release) for release in releases
    ] or Reason.EVENT_NOT_FOUND


def _curves(scene: Scene) -> _Curves:
    motion, torso = scene.motion, scene.motion.torso_px
    hips, shoulders = motion.middle("hip"), motion.middle("shoulder")
    wrists = {side: motion.point(f"{side}_wrist") for side in Side}
    return _Curves(
        t_s=motion.t_s,
        hand_speed={side: speed(wrists[side] - hips) / torso for side in Side},
        hand_height={side: (shoulders - wrists[side])[:, 1] / torso for side in Side},
        foot_speed={side: speed(motion.point(f"{side}_ankle")) / torso for side in Side},
    )


def _overarm(curves: _Curves, arm: Side) -> "NDArray[np.float64]":
    """Height x speed of a hand where both are those of a delivery, else 0."""
    height, quickness = curves.hand_height[arm], curves.hand_speed[arm]
    bowled = (height >= RELEASE_HEIGHT) & (quickness >= RELEASE_SPEED)
    return np.where(bowled, height * quickness, 0.0)


def _bowling_arm(curves: _Curves) -> Side | Reason:
    """Tell the bowling arm by the quicker hand above the shoulders."""
    left, right = (float(np.max(_overarm(curves, side), initial=0.0)) for side in Side)
    if max(left, right) <= 0:
        return _nothing_bowled(curves, *Side)
    if max(left, right) < ARM_RATIO * min(left, right):
        return Reason.SIDE_UNKNOWN
    return Side.LEFT if left > right else Side.RIGHT


def _nothing_bowled(curves: _Curves, *arms: Side) -> Reason:
    """Tell a hand that stayed down from one that was out of sight when it mattered."""
    seen = min(float(np.isfinite(curves.hand_speed[arm]).mean()) for arm in arms)
    return Reason.NO_MOVEMENT if seen >= MOSTLY_SEEN else Reason.LANDMARKS_HIDDEN


def _delivery(scene: Scene, curves: _Curves, arm: Side, release: int) -> Action:
    front = other(arm)
    release_s = float(curves.t_s[release])
    rate_hz = look(scene.track, (f"{front}_ankle",), release_s - 0.3, release_s).rate_hz
    foot_speed = curves.foot_speed if rate_hz >= FEET_HZ * RATE_TOLERANCE else {}
    planted = _landing(foot_speed.get(front), release, within_s=0.25)
    back = _landing(foot_speed.get(arm), planted, within_s=0.35)
    followed = _follow_through(curves.hand_speed[arm], release)
    back_s, planted_s, followed_s = (
        None if sample is None else float(curves.t_s[sample])
        for sample in (back, planted, followed)
    )
    starts_s = [at_s for at_s in (back_s, planted_s, release_s - 0.5) if at_s is not None]
    found = [
        (EventType.BACK_FOOT_CONTACT, back_s, arm),
        (EventType.FRONT_FOOT_CONTACT, planted_s, front),
        (EventType.RELEASE, release_s, arm),
        (EventType.FOLLOW_THROUGH, followed_s, None),
    ]
    return Action(
        span=Window(starts_s[0], release_s + 0.3 if followed_s is None else followed_s),
        key=Found(EventType.RELEASE, release_s, arm),
        front=front,
        arm=arm,
        head=Window(back_s, release_s) if back_s is not None else None,
        knee=Window(planted_s, release_s) if planted_s is not None else None,
        turn=Window(back_s, release_s + 0.1) if back_s is not None else None,
        events=[Found(kind, at_s, side) for kind, at_s, side in found if at_s is not None],
    )


def _landing(
    foot_speed: "NDArray[np.float64] | None", before: int | None, *, within_s: float
) -> int | None:
    """Return when a foot that stands still shortly before a moment came down."""
    if foot_speed is None or before is None:
        return None
    still = lowest(foot_speed, before - samples(within_s), before - 1)
    if still is None:
        return None
    start = still - samples(0.4)
    quickest = highest(foot_speed, start, still)
    if quickest is None or foot_speed[quickest] < STEP_SPEED:
        return None
    if foot_speed[still] > LANDED * foot_speed[quickest]:
        return None
    moving = last_above(foot_speed, LANDED * float(foot_speed[quickest]), start, still)
    return None if moving is None else moving + 1


def _follow_through(hand_speed: "NDArray[np.float64]", release: int) -> int | None:
    """Return when the bowling hand has lost most of its speed after release."""
    level = 0.4 * float(hand_speed[release])
    return first_below(hand_speed, level, release, release + samples(0.8))
