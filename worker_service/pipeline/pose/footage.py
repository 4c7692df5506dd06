"""What the pictures themselves were like: light, sharpness, a moving camera, cuts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import floor

import numpy as np
from numpy.typing import NDArray

from worker_service.pipeline.engine import Person, Picture
from worker_service.pipeline.pose.glance import Glance, camera_speed, glance, is_cut

GLANCES_PER_S = 4.0
"""A pan, a cut and a cloud are seen at this rate; more would only cost time."""


@dataclass(frozen=True, slots=True, eq=False)
class Footage:
    """Looks at the pictures of a clip, about `GLANCES_PER_S` of them.

    Attributes:
        t_s: (k,) seconds in the video's own clock.
        dark, white: (k,) shares of under- and overexposed pixels.
        blur: (k,) 0 sharp to 1; NaN where a picture is too plain to tell.
        camera_speed: (k,) picture widths a second since the look before; NaN where unknown.
        cuts_s: where another scene begins: half-way between the two looks that differ.
    """

    t_s: NDArray[np.float64]
    dark: NDArray[np.float64]
    white: NDArray[np.float64]
    blur: NDArray[np.float64]
    camera_speed: NDArray[np.float64]
    cuts_s: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a picture told; the last two since the look before."""

    t_s: float
    dark: float
    white: float
    blur: float
    camera_speed: float
    is_cut: bool


@dataclass(slots=True, eq=False)
class FootageLog:
    """Looks over some of the pictures of one part of a clip.

    Attributes:
        first, last: the outermost pictures, for comparison with the parts beside this one.
    """

    looks: list[Look] = field(default_factory=list)
    first: Glance | None = None
    last: Glance | None = None

    def add(self, picture: Picture, people: Iterable[Person]) -> None:
        """Look over a picture if one is due, by the clip's own clock."""
        if self.last and _turn(picture.t_s) <= _turn(self.last.t_s):
            return
        now = glance(picture, list(people))
        self.looks.append(_look(self.last, now))
        self.first, self.last = self.first or now, now


def joined_footage(logs: Sequence[FootageLog]) -> Footage:
    """Return what consecutive parts of a clip looked like, as one."""
    looks: list[Look] = []
    before: Glance | None = None
    for log in logs:
        if log.first is not None:
            looks += [_look(before, log.first), *log.looks[1:]]
            before = log.last
    return Footage(
        t_s=np.array([look.t_s for look in looks]),
        dark=np.array([look.dark for look in looks]),
        white=np.array([look.white for look in looks]),
        blur=np.array([look.blur for look in looks]),
        camera_speed=np.array([look.camera_speed for look in looks]),
        cuts_s=tuple((a.t_s + b.t_s) / 2 for a, b in pairwise(looks) if b.is_cut),
    )


def _turn(t_s: float) -> int:
    return floor(t_s * GLANCES_PER_S + 1e-6)


def _look(before: Glance | None, now: Glance) -> Look:
    speed = float("nan") if before is None else camera_speed(before, now)
    cut = before is not None and not speed > 0.0 and is_cut(before, now)
    return Look(now.t_s, now.dark, now.white, now.blur, float("nan") if cut else speed, cut)
