"""A stroke: stance, backlift top, downswing start, front-foot plant, contact, follow-through."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shared.results import EventType, Reason, Side
from worker_service.pipeline.metrics.bursts import why_nothing_was_found
from worker_service.pipeline.metrics.cricket.action import Action, Found
from worker_service.pipeline.metrics.cricket.batting_side import front_side
from worker_service.pipeline.metrics.cricket.feet import foot_speed, landing
from worker_service.pipeline.metrics.lengths import standing_px
from worker_service.pipeline.metrics.posture import hip_height_px
from worker_service.pipeline.metrics.rates import FEWEST_HZ, seen_anywhere, seen_at
from worker_service.pipeline.metrics.scene import Scene, Window
from worker_service.pipeline.signals.derivatives import speed
from worker_service.pipeline.signals.even import EVEN_HZ
from worker_service.pipeline.signals.moments import (
    crest,
    crest_at,
    first_below,
    highest,
    last_below,
    peaks,
    samples,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shared.analysis import Handedness

STROKE_SPEED = 4.5
"""Torso lengths a second of the hands past the hips; a drive's hands do about 12, the hands of
somebody who squats 3.3."""

STROKE_TRAVEL = 0.6
"""Torso lengths the hands get about; jitter of a motionless person is quick but goes nowhere."""

STROKE_DROP = 0.15
"""Torso lengths the hands come down from the backlift to contact: what makes it a stroke."""

GRIP_SPREAD = 0.6
"""Torso lengths between the wrists of hands on one handle, at most."""

STROKES_APART_S = 1.5
"""Two contacts of one batter are not nearer in time."""

MOSTLY_SEEN = 0.9
"""Share of the clip the hands must be known in before they can be said not to have swung."""

STRIDE_SPEED = 1.0
"""Torso lengths a second a front foot must have moved before it can be said to be planted."""

KNEELS = 0.32
"""Standing heights of the hips over the feet at contact below which a stroke is swept or played
kneeling: standing it is about 0.49, over a front knee of 115 degrees in a drive's stride 0.37, over
one of 90 degrees 0.30. App's own limit, version 1."""

TOP_SHARE = 0.95
"""Hands that pause at the top are there in the middle of where they are this share as high."""

AFTER_CONTACT_S, STANDS_S = 0.1, 0.4
"""The front foot stands at the latest this long after contact, for up to this long."""

BACKLIFT_S = 1.2
"""The backlift's top lies at most this long before contact."""


@dataclass(frozen=True, slots=True, eq=False)
class _Curves:
    """Hands and feet of one clip in torso lengths, hips in standing heights; height grows up."""

    t_s: "NDArray[np.float64]"
    hand_speed: "NDArray[np.float64]"
    hand_height: "NDArray[np.float64]"
    hands_apart: "NDArray[np.float64]"
    hands_travel: float
    hip_height: "NDArray[np.float64]"
    foot_speed: dict[Side, "NDArray[np.float64]"]

    def at_s(self, sample: float) -> float:
        """Return the real second of a sample, or of a moment between two."""
        return float(self.t_s[0]) + sample / EVEN_HZ


def find_strokes(scene: Scene, handedness: "Handedness | None") -> list[Action] | Reason:
    """Return every stroke of the clip, or why there is none.

    Contact is the crest of the hands' speed, which is close to, but not, the bat meeting the ball.
    """
    if not seen_anywhere(scene.track, FEWEST_HZ):
        return Reason.SAMPLE_RATE_TOO_LOW
    curves = _curves(scene)
    quickest = float(np.max(np.nan_to_num(curves.hand_speed), initial=0.0))
    if quickest < STROKE_SPEED or curves.hands_travel < STROKE_TRAVEL:
        seen = bool(np.isfinite(curves.hand_speed).mean() >= MOSTLY_SEEN)
        return why_nothing_was_found(scene.motion, seen=seen)
    level = max(STROKE_SPEED, 0.6 * quickest)
    tops = peaks(curves.hand_speed, height=level, apart_s=STROKES_APART_S)
    contacts = [crest(curves.hand_speed, top) for top in tops]
    if not contacts:
        return Reason.EVENT_NOT_FOUND
    contacts = [one for one in contacts if seen_at(scene.track, float(curves.t_s[one]), FEWEST_HZ)]
    if not contacts:
        return Reason.SAMPLE_RATE_TOO_LOW
    side = front_side(scene, contacts, handedness)
    strokes = [_stroke(curves, contact, side) for contact in contacts]
    return [stroke for stroke in strokes if stroke] or Reason.EVENT_NOT_FOUND


def _curves(scene: Scene) -> _Curves:
    motion, torso = scene.motion, scene.motion.torso_px
    left, right = motion.point("left_wrist"), motion.point("right_wrist")
    hands = (motion.middle("wrist") - motion.middle("hip")) / torso
    known = hands[np.isfinite(hands).all(axis=1)]
    return _Curves(
        t_s=motion.t_s,
        hand_speed=speed(hands),
        hand_height=-hands[:, 1],
        hands_apart=np.linalg.norm(left - right, axis=1) / torso,
        hands_travel=float(np.ptp(known, axis=0).max()) if len(known) else 0.0,
        hip_height=hip_height_px(motion) / standing_px(motion),
        foot_speed={side: foot_speed(motion, side) for side in Side},
    )


def _stroke(curves: _Curves, contact: int, front: Side | None) -> Action | None:
    """Build one stroke backwards from contact; None when the hands did not come down into it."""
    top = highest(curves.hand_height, contact - samples(BACKLIFT_S), contact - 1)
    if top is None or curves.hand_height[top] - curves.hand_height[contact] < STROKE_DROP:
        return None
    peak = float(curves.hand_speed[contact])
    if not _one_grip(curves, top, contact):
        return None
    downswing = last_below(curves.hand_speed, 0.2 * peak, top, contact)
    followed = first_below(curves.hand_speed, 0.3 * peak, contact, contact + samples(1.0))
    stance = _stance(curves, top, peak)
    planted = None if front is None else _plant(curves.foot_speed[front], contact)
    lift = curves.hand_height - float(np.nanmin(curves.hand_height[: contact + 1]))
    moments = {
        EventType.STANCE: stance,
        EventType.BACKLIFT_TOP: min(crest_at(lift, top, share=TOP_SHARE), contact - 1),
        EventType.DOWNSWING_START: top if downswing is None else downswing,
        EventType.FRONT_FOOT_PLANT: planted,
        EventType.CONTACT: crest_at(curves.hand_speed, contact),
        EventType.FOLLOW_THROUGH: followed,
    }
    at = {kind: curves.at_s(s) for kind, s in moments.items() if s is not None}
    return _action(at, front, kneels=bool(curves.hip_height[contact] < KNEELS))


def _one_grip(curves: _Curves, top: int, contact: int) -> bool:
    """Both hands hold one handle from backlift to contact; otherwise it is no stroke."""
    apart = curves.hands_apart[top : contact + 1]
    return bool(np.nanmedian(apart) <= GRIP_SPREAD) if np.isfinite(apart).any() else False


def _action(at: dict[EventType, float], front: Side | None, *, kneels: bool) -> Action:
    contact_s = at[EventType.CONTACT]
    downswing_s = at[EventType.DOWNSWING_START]
    plant = EventType.FRONT_FOOT_PLANT
    return Action(
        span=Window(
            at.get(EventType.STANCE, at[EventType.BACKLIFT_TOP]),
            at.get(EventType.FOLLOW_THROUGH, contact_s + 0.4),
        ),
        key=Found(EventType.CONTACT, contact_s),
        front=front,
        arm=front,
        head=Window(downswing_s, contact_s + 0.1),
        knee=Window(contact_s, contact_s),
        turn=Window(downswing_s - 0.1, contact_s + 0.1),
        upright=not kneels,
        events=sorted(
            (Found(kind, s, front if kind is plant else None) for kind, s in at.items()),
            key=lambda found: found.at_s,
        ),
    )


def _stance(curves: _Curves, top: int, peak: float) -> int | None:
    """Return when the hands were last quiet and low before the backlift."""
    low = curves.hand_height < curves.hand_height[top] - STROKE_DROP
    quiet = np.where(low, curves.hand_speed, np.inf)
    return last_below(quiet, 0.1 * peak, top - samples(2.0), top)


def _plant(foot: "NDArray[np.float64]", contact: int) -> int | None:
    """Return when the striding front foot came down, None when it did not stride."""
    end = min(contact + samples(AFTER_CONTACT_S), len(foot))
    return landing(foot, end, within_s=STANDS_S, least_speed=STRIDE_SPEED)
