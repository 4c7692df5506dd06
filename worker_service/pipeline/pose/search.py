"""Search the source's resolution for people too small to be found in the whole picture.

The model's detector looks at 224 pixels, whatever it is given, and needs some 45 of them for a
person. Tiles fine enough for that are many, so a search looks at the few in which most moves, and
at some others in turn.
"""

from collections.abc import Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from worker_service.pipeline.engine import Box, Landmarker, Person, Picture
from worker_service.pipeline.pose import body
from worker_service.pipeline.pose.covering import pixels
from worker_service.pipeline.pose.crop import cropped, in_whole

LARGE = 0.3
"""Where somebody this high is followed, in heights of the picture, nobody small is searched."""

TILE, OVERLAP = 0.28, 0.08
"""Side of a tile and what neighbours share, in heights of the picture: for people of 0.06 to
0.14, the detector finds nearly all who are a fifth of a tile or more (65 of 65 squats)."""

TILE_PX = 640
LIVELY_TILES, OTHER_TILES = 6, 3
"""Looked at in one search, which so takes as long as following somebody for ten pictures."""

EVERY_S, SELDOM_S = 1.0, 5.0
"""How often to search while nobody is followed, and while only small people are …"""

AT_FIRST_S, FIRST_SEARCHES = 0.4, 3
"""… but in the beginning, and where a clip is cut into pieces, soon again."""

CORE = 0.2
"""Motion counts this far inside a tile: there somebody is whole."""

STEP = 4
"""Motion is judged by every fourth row and column."""

MOMENT_S = 0.1
NOISE = 8
"""Motion is a change by more than this, of 255, within a moment."""

STANDING = 0.8
"""`body.length` of a standing person, in heights."""


def height_share(person: Person, picture: Picture) -> float:
    """How high somebody would stand, as part of the picture's height."""
    length_px = float(body.length(pixels(person, picture)))
    return length_px / (STANDING * len(picture.rgb))


class Search:
    """Searches one clip every now and then."""

    def __init__(self) -> None:
        self._next_s = 0.0
        self._noted_s = -np.inf
        self._last: NDArray[np.int16] | None = None
        self._motion: NDArray[np.int64] | None = None
        self._turn = 0
        self._searches = 0

    def is_due(self, picture: Picture, seen: Sequence[Person]) -> bool:
        """Note the next picture and tell whether to search it; `seen` are those followed."""
        if any(height_share(person, picture) > LARGE for person in seen):
            return False
        self._note(picture)
        if self._motion is None or picture.t_s < self._next_s:
            return False
        self._searches += 1
        usual_s = EVERY_S if self._searches > FIRST_SEARCHES else AT_FIRST_S
        self._next_s = picture.t_s + (SELDOM_S if seen else usual_s)
        return True

    def find(self, picture: Picture, scanner: Landmarker) -> list[Person]:
        """Return whom a picture's tiles show, in the whole picture's coordinates."""
        found = [
            in_whole(person, tile)
            for tile in self._choice(tiles(picture))
            for person in scanner.find(cropped(picture, tile, long_side_px=TILE_PX))
        ]
        return _each_once(found, picture)

    def _choice(self, all_tiles: list[Box]) -> list[Box]:
        """Return the tiles in which most moves, and the next few of the others."""
        motion = np.array([self._motion_in(tile) for tile in all_tiles])
        order = np.argsort(-motion, kind="stable")
        others = np.sort(order[LIVELY_TILES:])
        in_turn = np.roll(others, -self._turn)[:OTHER_TILES]
        self._turn += OTHER_TILES
        return [all_tiles[i] for i in [*order[:LIVELY_TILES], *in_turn]]

    def _note(self, picture: Picture) -> None:
        """Compare a picture with one from a moment before."""
        if picture.t_s < self._noted_s + MOMENT_S:
            return
        luma = picture.rgb[::STEP, ::STEP, 1].astype(np.int16)
        if self._last is not None:
            moved = np.maximum(np.abs(luma - self._last) - NOISE, 0).astype(np.int64)
            self._motion = np.pad(moved.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
        self._last, self._noted_s = luma, picture.t_s

    def _motion_in(self, tile: Box) -> int:
        """Sum of changes in the inner part of a tile."""
        if self._motion is None:
            return 0
        size = np.array([self._motion.shape[1] - 1, self._motion.shape[0] - 1])
        side = np.array([tile.width, tile.height])
        corner = np.array([tile.x, tile.y]) + CORE * side
        left, top = (corner * size).astype(int)
        right, bottom = ((corner + (1 - 2 * CORE) * side) * size).astype(int)
        sums = self._motion
        return int(sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left])


def tiles(picture: Picture) -> list[Box]:
    """Return overlapping squares that cover the picture, row by row."""
    height, width, _ = picture.rgb.shape
    across = stretches(TILE * height / width, OVERLAP * height / width)
    down = stretches(TILE, OVERLAP)
    return [Box(x, y, w, h) for (y, h), (x, w) in product(down, across)]


def _each_once(found: Sequence[Person], picture: Picture) -> list[Person]:
    """Return the largest of those in one place: at a tile's edge a person is cut off."""
    kept: list[Person] = []
    for person in sorted(found, key=lambda one: -height_share(one, picture)):
        middle = body.centre(person.xy)
        boxes = [(other.xy.min(axis=0), other.xy.max(axis=0)) for other in kept]
        if not any(np.all((low <= middle) & (middle <= high)) for low, high in boxes):
            kept.append(person)
    return kept


def is_among(person: Person, others: Sequence[Person], picture: Picture) -> bool:
    """Whether one of these is the same person."""
    xy_px = pixels(person, picture)
    return any(body.is_one_person(xy_px, pixels(other, picture)) for other in others)


def stretches(length: float, overlap: float) -> list[tuple[float, float]]:
    """Return (start, length) of the fewest stretches that cover 0 to 1 and overlap so much."""
    if length >= 1.0:
        return [(0.0, 1.0)]
    count = 1 + int(np.ceil((1.0 - length) / (length - overlap) - 1e-9))
    starts: NDArray[np.float64] = np.linspace(0.0, 1.0 - length, count)
    return [(start, length) for start in starts.tolist()]
