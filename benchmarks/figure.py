"""One measured figure, its peer and its budget."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A value in a unit, with the same thing measured on a peer in the same run."""

    name: str
    value: float
    unit: str
    peer_value: float | None = None
    budget: str = ""
    within: Callable[["Figure"], bool] = lambda _: True

    @property
    def ratio(self) -> float | None:
        """Value over peer."""
        return self.value / self.peer_value if self.peer_value else None

    @property
    def holds(self) -> bool:
        """Whether the budget is met."""
        return self.within(self)

    def entry(self) -> dict[str, object]:
        """What stands in `build/bench.json`."""
        return {
            "name": self.name,
            "value": round(self.value, 4),
            "unit": self.unit,
            "peer_value": None if self.peer_value is None else round(self.peer_value, 4),
            "ratio": None if self.ratio is None else round(self.ratio, 3),
            "budget": self.budget,
            "holds": self.holds,
        }

    def cells(self) -> tuple[str, ...]:
        """What stands in the table."""
        return (
            self.name,
            f"{self.value:.4g} {self.unit}",
            "" if self.peer_value is None else f"{self.peer_value:.4g} {self.unit}",
            "" if self.ratio is None else f"{self.ratio:.2f}",
            self.budget,
            "ok" if self.holds else "MISSED",
        )
