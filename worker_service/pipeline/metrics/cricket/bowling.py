"""A delivery: run-up steps, back-foot contact, front-foot contact, release, follow-through."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shared.results import EventType, Reason, Side, View
from worker_service.pipeline.metrics.bursts import why_nothing_was_found
from worker_service.pipeline.metrics.cricket.action import Action, Found
from worker_service.pipeline.metrics.cricket.feet import foot_speed, landing
from worker_service.pipeline.metrics.cricket.run_up import (
    STEP_SPEED,
    approach_start,
    steps_before,
)
from worker_service.pipeline.metrics.rates import (
    FEET_HZ,
    FEWEST_HZ,
    seen_anywhere,
    seen_at,
)
from worker_service.pipeline.metrics.scene import Scene, Window
from worker_service.pipeline.metrics.sides import other
from worker_service.pipeline.signals.derivatives import speed
from worker_service.pipeline.signals.even import EVEN_HZ
from worker_service.pipeline.signals.moments import (
    crest_at,
    first_below,
    highest,
    peak_at,
    peaks,
    samples,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shared.analysis import Handedness

RELEASE_SPEED = 6.0
"""Torso lengths a second of the hand past the hips; a slow bowler's hand does about 16."""

RELEASE_HEIGHT = 0.2
"""Torso lengths of the hand above the shoulders at release, at least: a delivery is overarm, but a
round arm comes over little higher than the shoulder."""

ARM_RATIO = 1.25
"""How much quicker the bowling hand must be than the other to be told from it."""

DELIVERIES_APART_S = 2.0
"""Two releases of one bowler are not nearer in time."""

END_ON = (View.FRONT, View.REAR)
TOP_S, TOP_SHARE = 0.08, 0.9
"""Seen end-on, the hand that comes over the top looks slow there: release is then the middle of
where it is this share as high as at its highest, this close to where it is high and quick."""

MOSTLY_SEEN = 0.9
"""Share of the clip a hand must be known in before it can be said not to have bowled."""

FRONT_STANDS_S, BACK_STANDS_S = 0.25, 0.35
"""The front foot stands at most this long before release, the back foot before the front one."""


@dataclass(frozen=True, slots=True, eq=False)
class _Curves:
    """Speeds and heights of one clip in torso lengths."""

    t_s: "NDArray[np.float64]"
    hand_speed: dict[Side, "NDArray[np.float64]"]
    hand_height: dict[Side, "NDArray[np.float64]"]
    foot_speed: dict[Side, "NDArray[np.float64]"]

    def at_s(self, sample: float) -> float:
        """Return the real second of a sample, or of a moment between two."""
        return float(self.t_s[0]) + sample / EVEN_HZ


def find_deliveries(scene: Scene, handedness: "Handedness | None") -> list[Action] | Reason:
    """Return every delivery of the clip, or why there is none.

    Release is the instant at which the bowling hand is highest and fastest. Foot contacts are
    sought backwards from it: the last fall of a foot's speed before it stands still.
    """
    if not seen_anywhere(scene.track, FEWEST_HZ):
        return Reason.SAMPLE_RATE_TOO_LOW
    curves = _curves(scene)
    arm = Side(handedness.value) if handedness else _bowling_arm(scene, curves)
    if isinstance(arm, Reason):
        return arm
    overarm = _overarm(curves, arm)
    top = float(np.max(overarm, initial=0.0))
    if top <= 0:
        return _nothing_bowled(scene, curves, arm)
    releases = peaks(overarm, height=top / 2, apart_s=DELIVERIES_APART_S)
    if not releases:
        return Reason.EVENT_NOT_FOUND
    if scene.view in END_ON:
        tops = [_top(curves.hand_height[arm], one) for one in releases]
    else:
        tops = [peak_at(overarm, one) for one in releases]
    seen = [one for one in tops if seen_at(scene.track, curves.at_s(one), FEWEST_HZ)]
    return [_delivery(scene, curves, arm, one) for one in seen] or Reason.SAMPLE_RATE_TOO_LOW


def _curves(scene: Scene) -> _Curves:
    motion, torso = scene.motion, scene.motion.torso_px
    hips, shoulders = motion.middle("hip"), motion.middle("shoulder")
    wrists = {side: motion.point(f"{side}_wrist") for side in Side}
    return _Curves(
        t_s=motion.t_s,
        hand_speed={side: speed(wrists[side] - hips) / torso for side in Side},
        hand_height={side: (shoulders - wrists[side])[:, 1] / torso for side in Side},
        foot_speed={side: foot_speed(motion, side) for side in Side},
    )


def _overarm(curves: _Curves, arm: Side) -> "NDArray[np.float64]":
    """Height x speed of a hand where both are those of a delivery, else 0."""
    height, quickness = curves.hand_height[arm], curves.hand_speed[arm]
    bowled = (height >= RELEASE_HEIGHT) & (quickness >= RELEASE_SPEED)
    return np.where(bowled, height * quickness, 0.0)


def _bowling_arm(scene: Scene, curves: _Curves) -> Side | Reason:
    """Tell the bowling arm by the quicker hand above the shoulders."""
    left, right = (float(np.max(_overarm(curves, side), initial=0.0)) for side in Side)
    if max(left, right) <= 0:
        return _nothing_bowled(scene, curves, *Side)
    if max(left, right) < ARM_RATIO * min(left, right):
        return Reason.SIDE_UNKNOWN
    return Side.LEFT if left > right else Side.RIGHT


def _nothing_bowled(scene: Scene, curves: _Curves, *arms: Side) -> Reason:
    """Tell a hand that stayed down from one that was out of sight when it mattered."""
    shares = (float(np.isfinite(curves.hand_speed[arm]).mean()) for arm in arms)
    return why_nothing_was_found(scene.motion, seen=min(shares) >= MOSTLY_SEEN)


def _delivery(scene: Scene, curves: _Curves, arm: Side, top: float) -> Action:
    front, release, release_s = other(arm), round(top), curves.at_s(top)
    planted = back = None
    if seen_at(scene.track, release_s, FEET_HZ):
        planted = _landing(curves, front, release, within_s=FRONT_STANDS_S)
        back = _landing(curves, arm, planted, within_s=BACK_STANDS_S)
    back_s, planted_s, followed_s = (
        None if sample is None else float(curves.t_s[sample])
        for sample in (back, planted, _follow_through(curves.hand_speed[arm], release))
    )
    starts_s = [at_s for at_s in (back_s, planted_s, release_s - 0.5) if at_s is not None]
    found = [
        *_run_up_steps(scene, curves, back, arm),
        *_moments(
            (EventType.BACK_FOOT_CONTACT, back_s, arm),
            (EventType.FRONT_FOOT_CONTACT, planted_s, front),
            (EventType.RELEASE, release_s, arm),
            (EventType.FOLLOW_THROUGH, followed_s, None),
        ),
    ]
    return Action(
        span=Window(starts_s[0], release_s + 0.3 if followed_s is None else followed_s),
        key=Found(EventType.RELEASE, release_s, arm),
        front=front,
        arm=arm,
        head=Window(back_s, release_s) if back_s is not None else None,
        knee=Window(planted_s, release_s) if planted_s is not None else None,
        turn=Window(back_s, release_s + 0.1) if back_s is not None else None,
        run_up=_run_up(curves, back),
        events=found,
    )


def _top(hand_height: "NDArray[np.float64]", quick: int) -> float:
    """Return when the hand is highest near its quickest."""
    near = highest(hand_height, quick - samples(TOP_S), quick + samples(TOP_S))
    return quick if near is None else crest_at(hand_height, near, share=TOP_SHARE)


def _moments(*moments: tuple[EventType, float | None, Side | None]) -> list[Found]:
    return [Found(kind, at_s, side) for kind, at_s, side in moments if at_s is not None]


def _landing(curves: _Curves, side: Side, before: int | None, *, within_s: float) -> int | None:
    if before is None:
        return None
    return landing(curves.foot_speed[side], before, within_s=within_s, least_speed=STEP_SPEED)


def _run_up_steps(scene: Scene, curves: _Curves, back: int | None, arm: Side) -> list[Found]:
    """Return the steps that lead to the back foot's contact, as far as the pictures allow."""
    if back is None:
        return []
    steps = steps_before(curves.foot_speed, back, arm)
    timed = [(float(curves.t_s[sample]), side) for sample, side in steps]
    return [
        Found(EventType.RUN_UP_STEP, at_s, side)
        for at_s, side in timed
        if seen_at(scene.track, at_s, FEET_HZ)
    ]


def _run_up(curves: _Curves, back: int | None) -> Window | None:
    if back is None:
        return None
    start = approach_start(curves.foot_speed, back)
    return Window(float(curves.t_s[start]), float(curves.t_s[back]))


def _follow_through(hand_speed: "NDArray[np.float64]", release: int) -> int | None:
    """Return when the bowling hand has lost most of its speed after release."""
    level = 0.4 * float(hand_speed[release])
    return first_below(hand_speed, level, release, release + samples(0.8))
