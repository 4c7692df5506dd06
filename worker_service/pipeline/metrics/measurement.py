"""What step 2 hands to findings and report."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import numpy as np

from shared.results import (
    CycleCurve,
    Event,
    EventType,
    Exercise,
    Highlight,
    Metric,
    Moment,
    Repetition,
    Side,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from worker_service.pipeline.track import PoseTrack


@dataclass(frozen=True, slots=True, eq=False)
class VideoClock:
    """Turns real seconds into moments of the video: its own seconds and a picture's index."""

    t_s: "NDArray[np.float64]"
    frame: "NDArray[np.int64]"
    slow_motion_factor: float = 1.0

    @classmethod
    def of(cls, track: "PoseTrack") -> Self:
        return cls(track.t_s, track.frame, track.slow_motion_factor)

    def frame_at(self, t_s: float) -> int:
        """Return the index of the sampled picture nearest to a time in the video."""
        return int(self.frame[int(np.abs(self.t_s - t_s).argmin())])

    def moment(self, real_s: float, event: EventType | None = None) -> Moment:
        """Return the moment of a real second."""
        t_s = real_s * self.slow_motion_factor
        return Moment(t_s=round(t_s, 4), frame=self.frame_at(t_s), event=event)

    def event(
        self, kind: EventType, real_s: float, *, confidence: float, side: Side | None = None
    ) -> Event:
        """Return an event at a real second."""
        at = self.moment(real_s)
        bounded = round(min(1.0, max(0.0, confidence)), 3)
        return Event(type=kind, t_s=at.t_s, frame=at.frame, side=side, confidence=bounded)

    def pictures(self, start_s: float, end_s: float) -> "NDArray[np.float64]":
        """Return the video times of the sampled pictures within real seconds, ends included."""
        real = self.t_s / self.slow_motion_factor
        return np.asarray(self.t_s[(real >= start_s - 1e-9) & (real <= end_s + 1e-9)])


@dataclass(frozen=True, slots=True)
class Measurement:
    """Step 2: what happened when, and every quantity, measured or missing with a reason.

    `kinds` names what kind of action it was, where that is clear; the report has a sentence for
    each.
    """

    events: tuple[Event, ...]
    reps: tuple[Repetition, ...]
    highlights: tuple[Highlight, ...]
    metrics: Mapping[str, Metric]
    clock: VideoClock = field(compare=False)
    exercise: Exercise | None = None
    joint_angles: Mapping[str, CycleCurve] = field(default_factory=dict)
    kinds: tuple[str, ...] = ()
