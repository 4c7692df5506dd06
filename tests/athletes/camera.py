"""A camera turns a movement into the track that a perfect pose model would give."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from shared.results import Side
from tests.athletes.body import Array
from worker_service.pipeline.track import INDEX, LANDMARKS, Origin, PoseTrack


@dataclass(frozen=True)
class Camera:
    """How a movement is filmed.

    `azimuth_deg` walks the camera around the athlete: -90 is where the ball goes, 90 behind.
    `starts_at_s` is the first picture's time in the video; `late_s` is how far the movement has
    gone by then, which shifts the pictures against it.
    """

    rate_hz: float = 60.0
    width_px: int = 1920
    height_px: int = 1080
    px_per_m: float = 320.0
    azimuth_deg: float = 0.0
    noise_px: float = 0.0
    gaps_s: tuple[tuple[float, float], ...] = ()
    mirrored: bool = False
    starts_at_s: float = 0.0
    late_s: float = 0.0
    slow_motion_factor: float = 1.0
    seed: int = 7


@dataclass(frozen=True)
class Scenario:
    """A movement and what is true about it, in real seconds from its start."""

    body: Callable[[Array], dict[str, Array]]
    duration_s: float
    moments_s: dict[str, float] = field(default_factory=dict)
    truth: dict[str, float] = field(default_factory=dict)
    front: Side = Side.LEFT

    def filmed(self, **camera: Any) -> PoseTrack:
        """Return the track that a camera sees; keywords change the default camera."""
        return film(self, Camera(**camera))


def film(scenario: Scenario, camera: Camera) -> PoseTrack:
    """Project a movement onto a camera's picture."""
    real_s = np.arange(camera.late_s, scenario.duration_s + 1e-9, 1.0 / camera.rate_hz)
    xy, world = projected(scenario, camera, real_s)
    return _track(real_s, xy, world, camera)


def projected(scenario: Scenario, camera: Camera, real_s: Array) -> tuple[Array, Array]:
    """Return (n, 33, 2) pixels and (n, 33, 3) metres of a movement at these moments of it."""
    points = _seen_from(_landmarks(scenario.body(real_s)), camera.azimuth_deg)
    if camera.mirrored:
        points = _mirrored(points)
    random = np.random.default_rng(camera.seed)
    xy = np.stack([points[..., 0], -points[..., 1]], axis=-1) * camera.px_per_m
    xy += np.array([camera.width_px / 2, camera.height_px * 0.9])
    xy += random.normal(0.0, camera.noise_px, xy.shape) if camera.noise_px else 0.0
    hips = points[:, [INDEX["left_hip"], INDEX["right_hip"]]].mean(axis=1, keepdims=True)
    world = (points - hips) * np.array([1.0, -1.0, 1.0])
    noise_m = camera.noise_px / camera.px_per_m
    world += random.normal(0.0, noise_m, world.shape) if noise_m else 0.0
    return xy, world


def _track(real_s: Array, xy: Array, world: Array, camera: Camera) -> PoseTrack:
    hidden = np.zeros(len(real_s), dtype=bool)
    for start_s, end_s in camera.gaps_s:
        hidden |= (real_s >= start_s) & (real_s <= end_s)
    xy[hidden], world[hidden] = np.nan, np.nan
    return PoseTrack(
        t_s=camera.starts_at_s + real_s * camera.slow_motion_factor,
        frame=np.arange(len(real_s)),
        xy_px=xy,
        visibility=np.where(hidden[:, None], 0.0, np.full(xy.shape[:2], 0.95)),
        world_m=world,
        origin=np.where(hidden[:, None], Origin.MISSING, Origin.DETECTED)
        .repeat(len(LANDMARKS), axis=1)
        .astype(np.uint8),
        width_px=camera.width_px,
        height_px=camera.height_px,
        slow_motion_factor=camera.slow_motion_factor,
    )


def _seen_from(points: Array, azimuth_deg: float) -> Array:
    turn = np.radians(azimuth_deg)
    x = points[..., 0] * np.cos(turn) - points[..., 2] * np.sin(turn)
    z = points[..., 0] * np.sin(turn) + points[..., 2] * np.cos(turn)
    return np.stack([x, points[..., 1], z], axis=-1)


def _mirrored(points: Array) -> Array:
    """Swap left and right in the picture, as a mirror does, and rename the sides."""
    other = {"left": "right", "right": "left"}
    swapped = ["_".join(other.get(word, word) for word in name.split("_")) for name in LANDMARKS]
    return np.asarray(points[:, [INDEX[name] for name in swapped]] * np.array([-1.0, 1.0, 1.0]))


def _landmarks(joints: dict[str, Array]) -> Array:
    points = np.zeros((len(joints["nose"]), len(LANDMARKS), 3))
    for name, position in INDEX.items():
        points[:, position] = joints[_nearest(name, joints)]
    return points


def _nearest(name: str, joints: dict[str, Array]) -> str:
    """Name the joint that stands for a landmark the body does not model."""
    if name in joints:
        return name
    side = "left" if "left" in name else "right"
    return f"{side}_wrist" if name.split("_")[1] in {"pinky", "index", "thumb"} else "nose"
