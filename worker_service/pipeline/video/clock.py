"""Presentation timestamps to seconds."""

from fractions import Fraction


class PresentationClock:
    """Reads timestamps in order of presentation as seconds since the first picture.

    Attributes:
        step_s: seconds between the latest two pictures; the nominal step until there are two.
    """

    def __init__(self, nominal_step_s: float) -> None:
        self.step_s = nominal_step_s
        self._latest_s: float | None = None
        self._origin_s: float | None = None

    def read(self, pts: int | None, time_base: Fraction | None) -> float | None:
        """Return seconds since the first picture, strictly increasing.

        None for a picture that does not move time on: repeated or backwards timestamps.
        A picture without a timestamp follows its predecessor at the latest step.
        """
        expected_s = 0.0 if self._latest_s is None else self._latest_s + self.step_s
        t_s = expected_s
        if pts is not None and time_base is not None:
            t_s = self._since_origin(float(pts * time_base), expected_s)
        if self._latest_s is not None:
            if t_s <= self._latest_s:
                return None
            self.step_s = t_s - self._latest_s
        self._latest_s = t_s
        return t_s

    def _since_origin(self, absolute_s: float, expected_s: float) -> float:
        if self._origin_s is None:
            self._origin_s = absolute_s - expected_s
        return absolute_s - self._origin_s
