"""What the pose step needs from a pose model, whichever it is."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from shared.results import Model


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in a picture, as fractions of the upright picture's width and height."""

    x: float
    y: float
    width: float
    height: float


Closer = Callable[[Box, int], "NDArray[np.uint8]"]
"""Makes part of a picture from its source: upright (h, w, 3) uint8.

Its edges lie on the nearest whole pixels of the source. Scaled down, never up, until its long side
has at most so many pixels.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One decoded picture, upright.

    Attributes:
        frame: index in the source video.
        t_s: presentation time in the video's own clock, first picture at 0.
        rgb: (h, w, 3) uint8, contiguous; may be scaled down from the source.
        closer: where there is a source to look at again; holds on to the decoded picture.
    """

    frame: int
    t_s: float
    rgb: "NDArray[np.uint8]"
    closer: Closer | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """One person found in one picture.

    Attributes:
        xy: (33, 2) fractions of the picture's width and height.
        visibility: (33,) 0..1.
        world_m: (33, 3) metres from the hips' middle.
    """

    xy: "NDArray[np.float64]"
    visibility: "NDArray[np.float64]"
    world_m: "NDArray[np.float64]"


class Landmarker(Protocol):
    """Finds people in pictures that come in order of time."""

    def find(self, picture: Picture) -> list[Person]:
        """Return the people in this picture, at most `max_people`, in no order."""
        ...


class PoseEngine(Protocol):
    """Makes landmarkers; one engine serves many videos."""

    @property
    def name(self) -> str:
        """`mediapipe` or `synthetic`."""
        ...

    @property
    def device(self) -> str:
        """What it really runs on: `cpu` or `gpu`."""
        ...

    @property
    def model(self) -> "Model | None":
        """The model file by content; None for an engine without one."""
        ...

    def tracking(self, max_people: int) -> AbstractContextManager[Landmarker]:
        """A landmarker that follows people from picture to picture.

        Raises:
            ModelUnavailable: the model file is missing, damaged or does not load.
        """
        ...

    def scanning(self, max_people: int) -> AbstractContextManager[Landmarker]:
        """A landmarker that looks at each picture afresh, for pictures far apart in time."""
        ...
