"""Whether anything has changed around those who are followed.

Nobody comes into a picture without changing it, and to compare two small copies of it takes a
thirtieth of the time that a look for people takes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from worker_service.pipeline.engine import Person, Picture
from worker_service.pipeline.pose.covering import covered

CELLS = 120
"""Cells along the picture's long side; brightness and colour are averaged over each."""

CHANGE = 20
"""Of 255, in one of the colours. On our clips a background that keeps still varies by 1 in half of
the cells and by up to 12 in any, beside the edges of who moves."""

CHANGED_CELLS = 4
"""Somebody a fifteenth as high as the picture fills five cells."""

WEAK_CHANGE = 8
"""Somebody in whites before a sightscreen differs from it by little, ..."""

WEAK_CELLS = 20
"""... but in so many cells that hang together: a fifth of the picture's height and a quarter as
broad fills about a hundred. On our clips a background that keeps still has at most 15 of them."""


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    cells: NDArray[np.uint8]
    people: NDArray[np.bool_]


@dataclass(slots=True, eq=False)
class Surroundings:
    """Compares pictures with one that is remembered; before that, everything has changed."""

    _remembered: _Scene | None = field(default=None, init=False)

    def remember(self, picture: Picture, people: Sequence[Person]) -> None:
        """Remember what there is to see besides these people."""
        self._remembered = _scene(picture, people)

    def have_changed(self, picture: Picture, people: Sequence[Person]) -> bool:
        """Whether there is something else to see, where nobody was nor is now."""
        then, now = self._remembered, _scene(picture, people)
        if then is None or then.cells.shape != now.cells.shape:
            return True
        change = cv2.absdiff(then.cells, now.cells).max(axis=2)
        free = ~then.people & ~now.people
        if int(np.count_nonzero((change > CHANGE) & free)) >= CHANGED_CELLS:
            return True
        return _largest_patch((change > WEAK_CHANGE) & free) >= WEAK_CELLS


def _largest_patch(cells: NDArray[np.bool_]) -> int:
    """How many of these cells hang together at most."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(cells.astype(np.uint8))
    return int(stats[1:, cv2.CC_STAT_AREA].max(initial=0))


def _scene(picture: Picture, people: Sequence[Person]) -> _Scene:
    height, width, _ = picture.rgb.shape
    cell_px = max(1, max(height, width) // CELLS)
    down, across = height // cell_px, width // cell_px
    whole_cells = picture.rgb[: down * cell_px, : across * cell_px]
    cells = cv2.resize(whole_cells, (across, down), interpolation=cv2.INTER_AREA)
    return _Scene(np.asarray(cells, dtype=np.uint8), covered(people, across, down))
