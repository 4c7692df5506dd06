"""Generated athletes as real video files: coloured markers for an engine, limbs for people's eyes.

Every joint that `body.py` models has a hue of its own. Left joints are rings and right ones
discs, so that two joints in one place are both seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.athletes.camera import Camera, Scenario, projected
from tests.athletes.shots import Shot
from tests.files.clips import Draw, make_clip
from worker_service.pipeline.track import INDEX

PAIRED = ("ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle", "heel", "foot_index")
MARKED = ("nose", *(f"{side}_{part}" for part in PAIRED for side in ("left", "right")))
"""The landmarks that have a marker; a finger is where its wrist is, an eye where the nose is."""

HUES = {name: round(180 * position / len(MARKED)) for position, name in enumerate(MARKED)}
"""OpenCV's hue, 0 to 179, of each marker."""

RING_M, HOLE_M, DISC_M = 0.036, 0.022, 0.020
LINE_M = 0.012
LIMBS = [
    *((f"{side}_{a}", f"{side}_{b}") for side in ("left", "right") for a, b in (
        ("shoulder", "elbow"), ("elbow", "wrist"), ("shoulder", "hip"), ("hip", "knee"),
        ("knee", "ankle"), ("ankle", "heel"), ("ankle", "foot_index"), ("shoulder", "ear"),
    )),
    ("left_shoulder", "right_shoulder"),
    ("left_hip", "right_hip"),
    ("left_ear", "nose"),
    ("right_ear", "nose"),
]  # fmt: skip
SUBPIXELS = 4


@dataclass(frozen=True)
class Performer:
    """One athlete in a film, there for a part of it, `aside_m` from the middle of the picture."""

    scenario: Scenario
    aside_m: float = 0.0
    enters_s: float = -np.inf
    leaves_s: float = np.inf

    def is_there(self, t_s: float) -> bool:
        return self.enters_s <= t_s <= self.leaves_s


def write_film(
    path: Path,
    cast: Scenario | Sequence[Performer],
    shots: Sequence[Shot],
    *,
    camera: Camera | None = None,
    **clip: Any,
) -> Path:
    """Film performers onto a file; what `make_clip` takes may be given too."""
    camera = camera or small_camera()
    cast = [Performer(cast)] if isinstance(cast, Scenario) else cast
    times_s = [shot.shown_s for shot in shots]
    return make_clip(path, times_s=times_s, draw=drawn_people(cast, shots, camera), **clip)


def small_camera(side_px: int = 360, **changes: Any) -> Camera:
    """Return a camera whose square pictures are quickly drawn, encoded and searched."""
    usual = {"width_px": side_px, "height_px": side_px, "px_per_m": 165.0}
    return Camera(**(usual | changes))


def cut_between(first: Draw, second: Draw, at: int) -> Draw:
    """Return the pictures of one scene, and from picture `at` on those of another."""
    return lambda index: first(index) if index < at else second(index)


def drawn_people(
    cast: Sequence[Performer], shots: Sequence[Shot], camera: Camera, *, brightness: int = 90
) -> Draw:
    """Return the pictures of a scene."""
    real_s = np.array([shot.real_s for shot in shots])
    paths = [
        projected(one.scenario, camera, real_s)[0] + [one.aside_m * camera.px_per_m, 0.0]
        for one in cast
    ]
    ground = _ground(camera, brightness)

    def draw(index: int) -> NDArray[np.uint8]:
        picture = ground.copy()
        for one, xy_px in zip(cast, paths, strict=True):
            if one.is_there(shots[index].shown_s):
                _draw_body(picture, xy_px[index], camera.px_per_m)
        return picture

    return draw


def _ground(camera: Camera, brightness: int) -> NDArray[np.uint8]:
    """Grey tiles: something to see that is no person."""
    tile = max(8, camera.height_px // 12)
    rows = (np.arange(camera.height_px)[:, None] // tile).astype(np.uint8)
    columns = (np.arange(camera.width_px)[None, :] // tile).astype(np.uint8)
    grey = (np.uint8(brightness) + 24 * ((rows + columns) % 2)).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)


def _draw_body(picture: NDArray[np.uint8], xy_px: NDArray[np.float64], px_per_m: float) -> None:
    at = {name: xy_px[INDEX[name]] for name in MARKED}
    for first, second in LIMBS:
        start, end = _fixed(at[first]), _fixed(at[second])
        width = max(1, round(LINE_M * px_per_m))
        cv2.line(picture, start, end, (255, 255, 255), width, cv2.LINE_AA, SUBPIXELS)
    for name in (name for name in MARKED if name.startswith("left")):
        thickness = max(2, round((RING_M - HOLE_M) * px_per_m))
        radius = (RING_M + HOLE_M) / 2 * px_per_m
        _circle(picture, at[name], radius, colour_of(name), thickness)
    for name in (name for name in MARKED if not name.startswith("left")):
        _circle(picture, at[name], DISC_M * px_per_m, colour_of(name), cv2.FILLED)


def colour_of(name: str) -> tuple[int, ...]:
    """Return a marker's full RGB colour."""
    hsv = np.array([[[HUES[name], 255, 255]]], np.uint8)
    return tuple(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)[0, 0].tolist())


def _circle(
    picture: NDArray[np.uint8],
    at: NDArray[np.float64],
    radius: float,
    colour: tuple[int, ...],
    thickness: int,
) -> None:
    fixed_radius = round(radius * 2**SUBPIXELS)
    cv2.circle(picture, _fixed(at), fixed_radius, colour, thickness, cv2.LINE_8, SUBPIXELS)


def _fixed(at: NDArray[np.float64]) -> tuple[int, int]:
    x, y = np.round(at * 2**SUBPIXELS).astype(int).tolist()
    return x, y
