"""Pictures with the time for which they are shown."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from worker_service.pipeline.engine import Picture


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A picture that is on the screen from its own time until the next one's.

    Attributes:
        from_s, to_s: no other picture is nearer to a moment between the two.
    """

    picture: Picture
    until_s: float
    from_s: float
    to_s: float

    @property
    def is_first(self) -> bool:
        """Whether nothing comes before it."""
        return self.from_s == -float("inf")

    def is_nearest_to(self, t_s: float) -> bool:
        """Whether this is the picture of a moment."""
        return self.from_s < t_s <= self.to_s


def shown(pictures: Iterable[Picture], usual_step_s: float) -> Iterator[Shown]:
    """Yield every picture with its end; the last is shown for as long as the one before it.

    Holds back one picture, not more.
    """
    held: Picture | None = None
    step_s, from_s = usual_step_s, -float("inf")
    for picture in pictures:
        if held is not None:
            step_s = picture.t_s - held.t_s
            half_way_s = held.t_s + step_s / 2
            yield Shown(held, picture.t_s, from_s, half_way_s)
            from_s = half_way_s
        held = picture
    if held is not None:
        end_s = held.t_s + step_s
        yield Shown(held, end_s, from_s, end_s)
