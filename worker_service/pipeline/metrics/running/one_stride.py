"""A runner in one stride, and the ways of reading a value off it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shared.results import EventType
from worker_service.pipeline.metrics.running.body import Limbs, RunningBody
from worker_service.pipeline.metrics.running.strides import Stride
from worker_service.pipeline.metrics.scene import Reading, Window

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class OneStride:
    """A runner in one stride.

    Attributes:
        standing_px: standing height in the picture.
    """

    body: RunningBody
    stride: Stride
    standing_px: float

    @property
    def limbs(self) -> Limbs:
        return self.body.limbs[self.stride.side]

    @property
    def stance(self) -> Window:
        return Window(self.stride.contact_s, self.stride.toe_off_s)

    @property
    def whole(self) -> Window:
        return Window(self.stride.contact_s, self.stride.end_s)

    def named(self, *parts: str) -> tuple[str, ...]:
        """Return the landmarks of the stride's side."""
        return tuple(f"{self.stride.side}_{part}" for part in parts)

    def during(
        self, window: Window, curve: "NDArray[np.float64]"
    ) -> tuple["NDArray[np.float64]", "NDArray[np.float64]"]:
        """Return the times and values of a curve in a window."""
        t_s = self.body.t_s
        inside = (t_s >= window.start_s) & (t_s <= window.end_s)
        return t_s[inside], curve[inside]

    def at(
        self, event: EventType, curve: "NDArray[np.float64]", landmarks: tuple[str, ...]
    ) -> Reading:
        """Read a curve at the stride's contact or toe-off."""
        stride = self.stride
        at_s = stride.contact_s if event is EventType.FOOT_CONTACT else stride.toe_off_s
        value = float(np.interp(at_s, self.body.t_s, curve))
        return Reading(value, landmarks, Window(at_s, at_s), at_s, event, stride.side)

    def over(self, window: Window, value: float, landmarks: tuple[str, ...]) -> Reading:
        """Return a value that a whole window gave; the moment to look at is its middle."""
        middle_s = (window.start_s + window.end_s) / 2.0
        return Reading(value, landmarks, window, middle_s, side=self.stride.side)

    def lowest(
        self, window: Window, curve: "NDArray[np.float64]", landmarks: tuple[str, ...]
    ) -> Reading:
        """Read where a curve is lowest in a window; NaN where it is not known throughout."""
        t_s, part = self.during(window, curve)
        if len(part) == 0 or not np.isfinite(part).all():
            return self.over(window, float("nan"), landmarks)
        lowest = int(part.argmin())
        at_s = float(t_s[lowest])
        return Reading(float(part[lowest]), landmarks, window, at_s, side=self.stride.side)
