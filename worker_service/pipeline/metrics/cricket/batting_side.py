"""Which side leads in a stance: given by the hand, or read from the grip and the face."""

from typing import TYPE_CHECKING

import numpy as np

from shared.results import Side
from worker_service.pipeline.metrics.sides import other
from worker_service.pipeline.signals.known import median
from worker_service.pipeline.signals.moments import samples

if TYPE_CHECKING:
    from shared.analysis import Handedness
    from worker_service.pipeline.metrics.scene import Scene
    from worker_service.pipeline.signals.motion import Motion

LEAST_GRIP = 0.03
"""Torso lengths one wrist must lie above the other to be the top hand."""

LEAST_FACE = 0.05
"""Torso lengths the nose must lie to one side of the ears' middle to point there."""

BEFORE_CONTACT_S = (1.5, 0.35)
"""The part before contact in which the bat still hangs down from the hands."""


def front_side(scene: "Scene", contacts: list[int], handedness: "Handedness | None") -> Side | None:
    """Return the side nearer the bowler; None unless grip and face agree.

    A right-hander leads with the left: the left hand on top of the handle, and the face turned
    past the left shoulder.
    """
    if handedness is not None:
        return other(Side(handedness.value))
    votes = {_vote(scene.motion, contact) for contact in contacts}
    return votes.pop() if len(votes) == 1 else None


def _vote(motion: "Motion", contact: int) -> Side | None:
    early, late = (max(0, contact - samples(before_s)) for before_s in BEFORE_CONTACT_S)
    if late - early < samples(0.1):
        return None
    part = motion.between(float(motion.t_s[early]), float(motion.t_s[late]))
    top_hand, faced = _top_hand(part), _faced_side(part)
    return top_hand if top_hand is faced else None


def _top_hand(part: "Motion") -> Side | None:
    """Return the side whose wrist is higher while the bat hangs down."""
    lead = median((part.point("right_wrist") - part.point("left_wrist"))[:, 1]) / part.torso_px
    return _side(lead, LEAST_GRIP)


def _faced_side(part: "Motion") -> Side | None:
    """Return the side whose shoulder lies where the nose points."""
    face = median((part.point("nose") - part.middle("ear"))[:, 0]) / part.torso_px
    spread = median((part.point("left_shoulder") - part.point("right_shoulder"))[:, 0])
    return _side(face * np.sign(spread), LEAST_FACE)


def _side(leftness: float, least: float) -> Side | None:
    if not abs(leftness) >= least:
        return None
    return Side.LEFT if leftness > 0 else Side.RIGHT
