"""A stroke or a delivery as its moments and windows, before anything is measured in them."""

from dataclasses import dataclass, field

from shared.results import EventType, Side
from worker_service.pipeline.metrics.scene import Window


@dataclass(frozen=True, slots=True)
class Found:
    """An event of one stroke or delivery, in real seconds."""

    type: EventType
    at_s: float
    side: Side | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """One stroke or delivery: its moments and the windows in which metrics are taken.

    A window is None when one of its events was not found.

    Attributes:
        span: the whole of it.
        key: contact or release.
        front: the side that leads towards the other end of the pitch.
        arm: the side whose elbow is judged: the batter's front arm, the bowler's bowling arm.
            (A bowler's front arm is pulled down before release by design.)
        knee: front-foot contact to release, or the moment of contact.
        turn: where pelvis and shoulders unwind.
        run_up: the bowler's approach, as far as it was filmed.
        upright: whether the front leg carries a standing athlete; in a sweep the batter kneels.
    """

    span: Window
    key: Found
    front: Side | None
    arm: Side | None
    head: Window | None
    knee: Window | None
    turn: Window | None
    run_up: Window | None = None
    upright: bool = True
    events: list[Found] = field(default_factory=list)

    def at_s(self, kind: EventType) -> float | None:
        """Return when an event of this action happened, None when it was not found."""
        return next((found.at_s for found in self.events if found.type is kind), None)
