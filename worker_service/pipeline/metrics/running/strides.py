"""Strides: from one contact of a foot to its next, with the other foot once in between."""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from shared.results import Side

if TYPE_CHECKING:
    from worker_service.pipeline.metrics.running.stances import Stance

SHORTEST_S, LONGEST_S = 0.35, 1.1
"""A stride of a sprinter and of the slowest jog."""

RUNNING_DUTY = 0.5
"""A foot that stands for half of its stride or more leaves no flight: that is walking."""

SHOWN_S = 0.1
"""Least part of a stride worth speaking of."""

PAUSE = 1.5
"""Contacts farther apart than this many usual steps do not belong to one bout."""


@dataclass(frozen=True, slots=True)
class Stride:
    """One stride in real seconds.

    Attributes:
        other_contact_s: the other foot's contact that ends the flight.
        end_s: the next contact of the same foot.
    """

    side: Side
    contact_s: float
    toe_off_s: float
    other_contact_s: float
    end_s: float

    @property
    def duty(self) -> float:
        """Share of the stride during which its foot stands."""
        return (self.toe_off_s - self.contact_s) / (self.end_s - self.contact_s)

    @property
    def flight_s(self) -> float:
        """Time on no foot after this foot's toe-off; below 0 both feet stand together."""
        return self.other_contact_s - self.toe_off_s


def find_strides(stances: "list[Stance]", clock_changes_s: tuple[float, ...]) -> list[Stride]:
    """Return the running strides of the longest bout, in order of time.

    Strides across a change of the clip's speed have no duration and are left out.
    """
    strides = [
        stride
        for side in Side
        for one, following in pairwise([s for s in stances if s.side is side])
        if (stride := _stride(one, following, stances))
        and not any(stride.contact_s < change < stride.end_s for change in clock_changes_s)
    ]
    return _longest_bout([s for s in strides if s.duty < RUNNING_DUTY and s.flight_s > 0])


def _stride(one: "Stance", following: "Stance", stances: "list[Stance]") -> Stride | None:
    if one.contact_s is None or one.toe_off_s is None or following.contact_s is None:
        return None
    if not SHORTEST_S <= following.contact_s - one.contact_s <= LONGEST_S:
        return None
    between = [
        other.contact_s
        for other in stances
        if other.side is not one.side
        and other.contact_s is not None
        and one.contact_s < other.contact_s < following.contact_s
    ]
    if len(between) != 1:
        return None
    return Stride(one.side, one.contact_s, one.toe_off_s, between[0], following.contact_s)


def _longest_bout(strides: list[Stride]) -> list[Stride]:
    """Return the most strides in a row, whichever foot they begin with."""
    strides = sorted(strides, key=lambda stride: stride.contact_s)
    if not strides:
        return []
    step_s = float(np.median([stride.end_s - stride.contact_s for stride in strides])) / 2
    bouts: list[list[Stride]] = [[]]
    for stride in strides:
        if bouts[-1] and stride.contact_s - bouts[-1][-1].contact_s > PAUSE * step_s:
            bouts.append([])
        bouts[-1].append(stride)
    return max(bouts, key=len)


def unfinished(
    strides: list[Stride], first_s: float, last_s: float
) -> list[tuple[Side, float, float]]:
    """Return side, start and end of the strides that `first_s` or `last_s` of the clip cuts."""
    cut = []
    for side in Side:
        own = [stride for stride in strides if stride.side is side]
        if not own:
            continue
        usual_s = float(np.median([stride.end_s - stride.contact_s for stride in own]))
        ends = ((first_s, own[0].contact_s), (own[-1].end_s, last_s))
        cut += [(side, start, end) for start, end in ends if SHOWN_S < end - start < usual_s]
    return cut
