"""Follow a person who is small in the picture in a crop of the source's resolution."""

import numpy as np

from worker_service.pipeline.engine import Box, Landmarker, Person, Picture
from worker_service.pipeline.pose import body
from worker_service.pipeline.pose.covering import pixels
from worker_service.pipeline.pose.crop import cropped, in_whole
from worker_service.pipeline.pose.search import height_share

SMALL = 0.15
"""Part of the picture's height below which a person is followed in a crop …"""

NOT_SMALL = 0.2
"""… and above which they are followed in the whole picture again."""

CROP_PX = 512

ROOM = 3.5
"""Side of the crop around a person, in body lengths."""

EDGE = 0.5
"""The crop is moved when a landmark comes this near to its edge, in body lengths."""

OFF_SIZE = 1.5
"""It is made anew when the person has become larger or smaller by this."""

HOLD_PICTURES = 6
"""For so many pictures a person is looked for where they were lost."""


class Nearby:
    """A landmarker for one person that looks only around them while they are small.

    The crop stays where it is as long as it can: the landmarker expects the person where they
    were in the picture before.
    """

    def __init__(self, landmarker: Landmarker, near: Person | None = None) -> None:
        """Wrap a tracking landmarker; `near` is where the person is in the first picture."""
        self._landmarker = landmarker
        self._person = near
        self._box: Box | None = None
        self._lost = 0

    def find(self, picture: Picture) -> list[Person]:
        """Return the person, in the whole picture's coordinates."""
        box = self._box_for(picture)
        moved, self._box = box != self._box, box
        found = self._look(picture)
        if moved and not found:
            found = self._look(picture)  # it was looking where they were in the old crop
        self._lost = 0 if found else self._lost + 1
        if found:
            self._person = found[0]
        elif self._lost > HOLD_PICTURES:
            self._person = None
        return found

    def _look(self, picture: Picture) -> list[Person]:
        if self._box is None:
            return self._landmarker.find(picture)
        shown = cropped(picture, self._box, long_side_px=CROP_PX)
        return [in_whole(person, self._box) for person in self._landmarker.find(shown)]

    def _box_for(self, picture: Picture) -> Box | None:
        """Return the crop to look at; None for the whole picture."""
        if self._person is None:
            return None
        share = height_share(self._person, picture)
        if share > NOT_SMALL or (self._box is None and share > SMALL):
            return None
        if self._box is not None and _still_fits(self._box, self._person, picture):
            return self._box
        return _box_around(self._person, picture)


def _box_around(person: Person, picture: Picture) -> Box:
    """Return a square with room on all sides, moved into the picture where it reaches out."""
    size = np.array(picture.rgb.shape[1::-1])
    xy_px = pixels(person, picture)
    side = np.minimum(ROOM * float(body.length(xy_px)) / size, 1.0)
    corner = (body.centre(xy_px) / size - side / 2).clip(0.0, 1.0 - side)
    return Box(*corner.tolist(), *side.tolist())


def _still_fits(box: Box, person: Person, picture: Picture) -> bool:
    """Whether a person is well inside a crop and about as large as when it was made."""
    size = np.array(picture.rgb.shape[1::-1])
    length = float(body.length(pixels(person, picture)))
    is_off = not 1 / OFF_SIZE < ROOM * length / (max(box.width, 1e-9) * size[0]) < OFF_SIZE
    edge = EDGE * length / size
    corner, opposite = np.array([box.x, box.y]), np.array([box.x + box.width, box.y + box.height])
    near = (person.xy.min(axis=0) < corner + edge) & (corner > 0.0)
    near |= (person.xy.max(axis=0) > opposite - edge) & (opposite < 1.0)
    return not is_off and not bool(near.any())
