"""Find everybody in one picture: as a whole and, where asked, part by part."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from math import ceil, sqrt

import cv2
import numpy as np
from numpy.typing import NDArray

from shared.stills.document import StillSettings, Tiling
from worker_service.pipeline.engine import Box, Landmarker, Person, Picture
from worker_service.pipeline.pose import body
from worker_service.pipeline.pose.crop import cropped, in_whole
from worker_service.pipeline.pose.search import stretches

LONG_SIDE_PX = 1920
"""Of what the model is shown at once: it looks at 224 pixels, then at 256 around each person."""

MOST_PEOPLE = 10
"""In one look."""

MOST_TILES = 256
"""In one picture: some 10 s of looking on two cores."""

SAME_POSE = 0.25
"""Two finds whose joints are nearer than this, in body lengths and by the median, are one …"""

SAME_PLACE = 0.5
"""… and so are two whose boxes overlap by this part of both together …"""

PART_OF, AROUND = 0.8, 0.15
"""… and one that a tile's edge cut off, and that lies by this part within another or so near to
them, in heights of the other. Half a body is seen anywhere around where it is."""

AT_EDGE = 0.02
"""How near to a tile's edge, in tiles, somebody is taken to be cut off by it."""

WHOLE = Box(0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Somebody in a picture.

    Attributes:
        person: by the whole picture's coordinates.
        xy_px: (33, 2) pixels of the whole picture; may lie outside of it.
        low_px, high_px: (2,) corners of the box around the landmarks that lie in the picture.
        is_cut: by the edge of the tile they were seen in.
    """

    person: Person
    xy_px: NDArray[np.float64]
    low_px: NDArray[np.float64]
    high_px: NDArray[np.float64]
    is_cut: bool

    @property
    def area_px(self) -> float:
        """How large they are."""
        return float(np.prod(self.high_px - self.low_px))


def find_people(
    rgb: NDArray[np.uint8],
    settings: StillSettings,
    scanner: Landmarker,
    *,
    beat: Callable[[], None],
) -> list[Found]:
    """Return who is clear enough, the largest first, each once. `beat` is called between looks."""
    picture = _picture(rgb)
    size = np.array(rgb.shape[1::-1])
    seen: list[Found] = []
    for tile in places(size, settings.tiling):
        shown = cropped(picture, tile, long_side_px=LONG_SIDE_PX)
        here = [_found(person, tile, size) for person in scanner.find(shown)]
        clear = [one for one in here if confidence(one.person) >= settings.confidence]
        seen.extend(clear)
        beat()
    alone = seen if settings.tiling is None else _each_once(seen)
    return sorted(alone, key=lambda one: -one.area_px)


def confidence(person: Person) -> float:
    """How clearly somebody's joints are seen, 0 to 1."""
    return min(max(body.clarity(person.visibility), 0.0), 1.0)


def _picture(rgb: NDArray[np.uint8]) -> Picture:
    height, width, _ = rgb.shape

    def closer(box: Box, long_side_px: int) -> NDArray[np.uint8]:
        left, top = round(box.x * width), round(box.y * height)
        right = max(left + 1, round((box.x + box.width) * width))
        bottom = max(top + 1, round((box.y + box.height) * height))
        part = rgb[top:bottom, left:right]
        scale = min(1.0, long_side_px / max(part.shape[:2]))
        across, down = (max(1, round(side * scale)) for side in part.shape[1::-1])
        smaller = cv2.resize(part, (across, down), interpolation=cv2.INTER_AREA)
        return np.ascontiguousarray(smaller, dtype=np.uint8)

    return Picture(frame=0, t_s=0.0, rgb=rgb, closer=closer)


def places(size: NDArray[np.int64], tiling: Tiling | None) -> Iterator[Box]:
    """Yield the whole picture, in which large people are whole, and then the tiles."""
    yield WHOLE
    if tiling is None or size.max() <= tiling.tile_px:
        return
    side = max(float(tiling.tile_px), _least_side_px(size, tiling.overlap))
    across, down = (
        stretches(min(1.0, side / length), tiling.overlap * side / length)
        for length in size.tolist()
    )
    for (y, height), (x, width) in product(down, across):
        yield Box(x, y, width, height)


def _least_side_px(size: NDArray[np.int64], overlap: float) -> float:
    """The side of tiles that are not more than `MOST_TILES`."""
    step = sqrt(float(np.prod(size)) / MOST_TILES)
    while True:
        side = step / (1 - overlap)
        counts = (1 + ceil(max(0.0, length - side) / step) for length in size.tolist())
        if np.prod(list(counts)) <= MOST_TILES:
            return side
        step *= 1.05


def _found(person: Person, tile: Box, size: NDArray[np.int64]) -> Found:
    whole = in_whole(person, tile)
    xy_px = whole.xy * size
    inside = xy_px[((xy_px >= 0) & (xy_px <= size)).all(axis=1)]
    shown = inside if len(inside) else np.clip(xy_px, 0, size)
    return Found(
        person=whole,
        xy_px=xy_px,
        low_px=shown.min(axis=0),
        high_px=shown.max(axis=0),
        is_cut=_is_cut(person, tile),
    )


def _is_cut(person: Person, tile: Box) -> bool:
    """Whether somebody reaches an edge of the tile that is none of the picture."""
    low, high = person.xy.min(axis=0), person.xy.max(axis=0)
    starts_inside = np.array([tile.x, tile.y]) > 0
    ends_inside = np.array([tile.x + tile.width, tile.y + tile.height]) < 1 - 1e-9
    return bool(((low < AT_EDGE) & starts_inside | (high > 1 - AT_EDGE) & ends_inside).any())


def _each_once(seen: list[Found]) -> list[Found]:
    """Keep the best find of each person: whole rather than cut, then the clearest."""
    kept: list[Found] = []
    for one in sorted(seen, key=lambda one: (one.is_cut, -confidence(one.person))):
        if not any(_is_same(one, other) for other in kept):
            kept.append(one)
    return kept


def _is_same(one: Found, other: Found) -> bool:
    joints = one.xy_px[body.JOINTS] - other.xy_px[body.JOINTS]
    apart = float(np.median(np.linalg.norm(joints, axis=1)))
    if apart < SAME_POSE * float(max(body.length(one.xy_px), body.length(other.xy_px))):
        return True
    shared = _shared_px(one, other)
    if shared > SAME_PLACE * (one.area_px + other.area_px - shared):
        return True
    around_px = AROUND * float((other.high_px - other.low_px).max())
    return one.is_cut and _shared_px(one, other, around_px) > PART_OF * one.area_px


def _shared_px(one: Found, other: Found, around_px: float = 0.0) -> float:
    """How much of one's box the other's covers, with so much around it."""
    low = np.maximum(one.low_px, other.low_px - around_px)
    high = np.minimum(one.high_px, other.high_px + around_px)
    return float(np.prod((high - low).clip(min=0.0)))
