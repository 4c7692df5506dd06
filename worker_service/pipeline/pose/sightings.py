"""Who was seen when, for a whole clip, in little memory."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from worker_service.pipeline.engine import Picture
from worker_service.pipeline.pose import body
from worker_service.pipeline.pose.follow import Sighting
from worker_service.pipeline.track import LANDMARKS

BLOCK_ROWS = 512
COLUMNS = 6
"""x_px, y_px, visibility, world x, y and z in metres."""


@dataclass(frozen=True, slots=True, eq=False)
class Sightings:
    """Everything the landmarkers said about a clip.

    Attributes:
        t_s, frame: (n,) of the sampled pictures.
        picture: (m,) which sampled picture each sighting is from, not decreasing.
        follower: (m,) which follower made it.
        landmarks: (m, 33, 6) float32, `COLUMNS`; pixels of the upright full-size picture.
    """

    t_s: NDArray[np.float64]
    frame: NDArray[np.int64]
    picture: NDArray[np.int64]
    follower: NDArray[np.int64]
    landmarks: NDArray[np.float32]

    @property
    def xy_px(self) -> NDArray[np.float32]:
        """(m, 33, 2) pixels of the upright full-size picture."""
        return self.landmarks[:, :, :2]

    @property
    def visibility(self) -> NDArray[np.float32]:
        """(m, 33) the model's 0..1."""
        return self.landmarks[:, :, 2]


class SightingsLog:
    """Collects sightings picture by picture."""

    def __init__(self, width_px: int, height_px: int) -> None:
        """Prepare for a clip whose upright pictures have this size."""
        self._size = np.array([width_px, height_px])
        self._t_s = array("d")
        self._frame = array("q")
        self._picture = array("q")
        self._follower = array("q")
        self._blocks: list[NDArray[np.float32]] = []

    def add(self, picture: Picture, sightings: list[Sighting]) -> None:
        """Note a sampled picture and who was seen in it."""
        for sighting in sightings:
            self._add_row(sighting)
            self._picture.append(len(self._t_s))
        self._t_s.append(picture.t_s)
        self._frame.append(picture.frame)

    def finish(self) -> Sightings:
        """Return everything noted."""
        rows = len(self._picture)
        empty = np.empty((0, len(LANDMARKS), COLUMNS), dtype=np.float32)
        return Sightings(
            t_s=np.array(self._t_s, dtype=np.float64),
            frame=np.array(self._frame, dtype=np.int64),
            picture=np.array(self._picture, dtype=np.int64),
            follower=np.array(self._follower, dtype=np.int64),
            landmarks=np.concatenate([empty, *self._blocks])[:rows],
        )

    def _add_row(self, sighting: Sighting) -> None:
        row = len(self._follower) % BLOCK_ROWS
        if row == 0:
            shape = (BLOCK_ROWS, len(LANDMARKS), COLUMNS)
            self._blocks.append(np.empty(shape, dtype=np.float32))
        landmarks = self._blocks[-1][row]
        landmarks[:, :2] = sighting.person.xy * self._size
        landmarks[:, 2] = sighting.person.visibility
        landmarks[:, 3:] = sighting.person.world_m
        self._follower.append(sighting.follower)


def joined(parts: Sequence[Sightings]) -> Sightings:
    """Return consecutive parts of a clip as one.

    A part may go on into the pictures of later ones. What a later part saw of a person whom an
    earlier one still followed is left out. No follower is in two parts.
    """
    frame, first = np.unique(np.concatenate([part.frame for part in parts]), return_index=True)
    picture = np.concatenate([np.searchsorted(frame, part.frame[part.picture]) for part in parts])
    part_of = np.repeat(np.arange(len(parts)), [len(part.picture) for part in parts])
    landmarks = np.concatenate([part.landmarks for part in parts])
    before = np.cumsum([0, *(part.follower.max(initial=-1) + 1 for part in parts)])
    follower = np.concatenate([part.follower for part in parts]) + before[part_of]
    rows = np.argsort(picture, kind="stable")
    rows = np.delete(rows, _doubles(picture[rows], part_of[rows], landmarks[rows, :, :2]))
    return Sightings(
        t_s=np.concatenate([part.t_s for part in parts])[first],
        frame=frame,
        picture=picture[rows],
        follower=follower[rows],
        landmarks=landmarks[rows],
    )


def _doubles(
    picture: NDArray[np.int64], part: NDArray[np.int64], xy_px: NDArray[np.float32]
) -> list[int]:
    """Rows, in order of picture and part, whose person an earlier part has in that picture."""
    doubles = []
    shared = np.unique(picture[1:][(picture[1:] == picture[:-1]) & (part[1:] != part[:-1])])
    for one_picture in shared:
        rows = range(*np.searchsorted(picture, [one_picture, one_picture + 1]))
        doubles += [
            row
            for row in rows
            for earlier in rows
            if part[earlier] < part[row] and body.is_one_person(xy_px[earlier], xy_px[row])
        ]
    return doubles
