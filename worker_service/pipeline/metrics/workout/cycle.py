"""One way out to a turn and back, as far as the clip shows it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Way:
    """From rest to the turn, or back.

    Attributes:
        rest_s: when rest was left or reached; None when that was not seen.
        turn_s: when the turn was reached or left.
        length: in the unit of the height.
    """

    rest_s: float | None
    turn_s: float
    length: float

    @property
    def duration_s(self) -> float | None:
        """Seconds on the way."""
        return None if self.rest_s is None else abs(self.turn_s - self.rest_s)


@dataclass(frozen=True, slots=True)
class Cycle:
    """Out to the turn and back, as far as it was seen between two real seconds."""

    out: Way | None
    back: Way | None
    seen_from_s: float
    seen_to_s: float

    @property
    def travel(self) -> float:
        """Length of the longer way."""
        return max(way.length for way in (self.out, self.back) if way)

    @property
    def start_s(self) -> float | None:
        return self.out.rest_s if self.out else None

    @property
    def end_s(self) -> float | None:
        return self.back.rest_s if self.back else None

    @property
    def complete(self) -> bool:
        """Whether it left rest, turned and came back before the camera."""
        return self.start_s is not None and self.end_s is not None

    @property
    def known(self) -> bool:
        """Whether any of its moments was seen; a swing between two holes has none."""
        return any(at_s is not None for at_s in (self.start_s, self.turn_s, self.end_s))

    @property
    def turn_s(self) -> float | None:
        """The middle of the stay at the turn; None unless the turn itself was seen."""
        return (self.out.turn_s + self.back.turn_s) / 2 if self.out and self.back else None

    @property
    def hold_s(self) -> float | None:
        """Seconds at the turn."""
        return max(0.0, self.back.turn_s - self.out.turn_s) if self.out and self.back else None
