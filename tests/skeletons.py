"""Generated athletes with known truth: what a pose track of a perfect camera would hold.

A `Body` is a set of joints in metres over time (x along the line of play, y up, z away from the
camera); a `Camera` turns it into a `PoseTrack`. Movements are functions of time, so the same one
can be filmed at any rate, from any side, near or far, in any format, mirrored, noisy, with holes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.analysis import AnalysisSettings
from shared.results import Findings, Movement, PoseSummary, Quality, Report, Side
from worker_service.pipeline.findings import find
from worker_service.pipeline.metrics import Measurement, measure
from worker_service.pipeline.quality import judge
from worker_service.pipeline.report import build
from worker_service.pipeline.track import INDEX, LANDMARKS, Origin, PoseTrack

Array = NDArray[np.float64]
Path = Callable[[Array], Array]

TORSO, THIGH, SHANK, UPPER_ARM, FOREARM = 0.50, 0.43, 0.43, 0.30, 0.26
HALF_HIPS, HALF_SHOULDERS = 0.10, 0.18
UP = np.array([0.0, 1.0, 0.0])


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
    return _track(real_s, xy, world, camera)


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


def summary_of(track: PoseTrack) -> PoseSummary:
    """Return what step 1 would say about a generated track."""
    seen = track.present
    return PoseSummary(
        frames_total=len(track),
        frames_sampled=len(track),
        frames_with_athlete=int(seen.sum()),
        detection_rate=float(seen.mean()),
        mean_visibility=float(track.visibility[seen].mean()) if seen.any() else 0.0,
        sample_fps=track.rate_hz,
        source_fps=track.rate_hz,
        duration_s=float(np.ptp(track.t_s)),
        width=track.width_px,
        height=track.height_px,
        rotation_deg=0,
        people_seen=1,
    )


@dataclass(frozen=True)
class Analysed:
    """What steps 2 to 4 make of a generated track."""

    quality: Quality
    measurement: Measurement
    findings: Findings
    report: Report

    def value(self, key: str) -> float:
        """Return a metric's value; NaN when it is missing."""
        value = self.measurement.metrics[key].value
        return float("nan") if value is None else value

    def score(self, key: str) -> float | None:
        return self.measurement.metrics[key].score

    def at_s(self, event: str) -> float:
        """Return when an event was found; NaN when it was not."""
        times = [one.t_s for one in self.measurement.events if one.type == event]
        return times[0] if times else float("nan")


def analysed(track: PoseTrack, movement: Movement, **settings: Any) -> Analysed:
    """Put a generated track through judging, measuring, finding and reporting."""
    asked = AnalysisSettings(movement=movement, **settings)
    summary = summary_of(track)
    quality = judge(track, summary, asked)
    measurement = measure(track, quality, asked)
    findings = find(measurement, quality, asked)
    report = build(
        summary=summary,
        quality=quality,
        measurement=measurement,
        findings=findings,
        settings=asked,
    )
    return Analysed(quality, measurement, findings, report)


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


# --- a body ------------------------------------------------------------------------------------


def assemble(
    pelvis: Array,
    *,
    pelvis_yaw_deg: Array,
    shoulder_yaw_deg: Array,
    ankles: dict[Side, Array],
    wrists: dict[Side, Array] | None = None,
    lean_deg: Array | float = 0.0,
    facing_deg: Array | float | None = None,
    knees: dict[Side, Array] | None = None,
) -> dict[str, Array]:
    """Put a body together from its pelvis, turns, feet and hands; knees and elbows follow.

    Yaw 0 = chest to the camera, 90 = chest along +x. Lean is towards +x.
    """
    n = len(pelvis)
    lean = np.radians(np.broadcast_to(lean_deg, n))
    trunk = np.stack([np.sin(lean), np.cos(lean), np.zeros(n)], axis=1)
    neck = pelvis + TORSO * trunk
    ears = neck + 0.22 * trunk
    face = np.broadcast_to(shoulder_yaw_deg if facing_deg is None else facing_deg, n)
    joints = {"nose": ears + 0.10 * _ahead(face)}
    for side, sign in ((Side.LEFT, 1.0), (Side.RIGHT, -1.0)):
        joints[f"{side}_ear"] = ears + sign * 0.07 * _left(face)
        hip = pelvis + sign * HALF_HIPS * _left(pelvis_yaw_deg)
        shoulder = neck + sign * HALF_SHOULDERS * _left(shoulder_yaw_deg)
        ankle = ankles[side]
        joints |= {f"{side}_hip": hip, f"{side}_shoulder": shoulder, f"{side}_ankle": ankle}
        joints[f"{side}_knee"] = _bend(
            hip, ankle, THIGH, SHANK, knees[side] if knees else _ahead(pelvis_yaw_deg)
        )
        joints[f"{side}_heel"] = ankle - 0.05 * _ahead(pelvis_yaw_deg) - 0.06 * UP
        joints[f"{side}_foot_index"] = ankle + 0.15 * _ahead(pelvis_yaw_deg) - 0.06 * UP
        wrist = wrists[side] if wrists else shoulder - 0.54 * UP
        joints[f"{side}_wrist"] = wrist
        joints[f"{side}_elbow"] = _bend(
            shoulder, wrist, UPPER_ARM, FOREARM, np.broadcast_to(UP, (n, 3))
        )
    return joints


def _left(yaw_deg: Array) -> Array:
    yaw = np.radians(yaw_deg)
    return np.stack([np.cos(yaw), np.zeros_like(yaw), np.sin(yaw)], axis=1)


def _ahead(yaw_deg: Array) -> Array:
    yaw = np.radians(yaw_deg)
    return np.stack([np.sin(yaw), np.zeros_like(yaw), -np.cos(yaw)], axis=1)


def _bend(start: Array, end: Array, first: float, second: float, towards: Array) -> Array:
    """Return the joint between two segments of known length, bent towards a direction."""
    line = end - start
    length = np.clip(np.linalg.norm(line, axis=1, keepdims=True), 1e-6, first + second - 1e-6)
    along = line / np.linalg.norm(line, axis=1, keepdims=True)
    reach = (first**2 - second**2 + length**2) / (2 * length)
    off = towards - (towards * along).sum(axis=1, keepdims=True) * along
    off /= np.maximum(np.linalg.norm(off, axis=1, keepdims=True), 1e-9)
    return np.asarray(start + reach * along + np.sqrt(np.maximum(first**2 - reach**2, 0.0)) * off)


def leg_length(knee_deg: Array | float) -> Array:
    """Return the distance from hip to ankle of a leg with this knee angle."""
    return np.sqrt(THIGH**2 + SHANK**2 - 2 * THIGH * SHANK * np.cos(np.radians(knee_deg)))


def smooth(t: Array, start_s: float, end_s: float) -> Array:
    """Rise from 0 to 1 with the least jerk; quickest half-way."""
    u = np.clip((t - start_s) / (end_s - start_s), 0.0, 1.0)
    return np.asarray(u**3 * (10 - 15 * u + 6 * u**2))


def _points(x: Array | float, y: Array | float, z: Array | float, like: Array) -> Array:
    return np.stack([np.broadcast_to(value, len(like)) for value in (x, y, z)], axis=1).astype(
        float
    )


# --- movements ---------------------------------------------------------------------------------


def standing(duration_s: float = 2.0, yaw_deg: float = 0.0) -> Scenario:
    """A motionless person."""

    def body(t: Array) -> dict[str, Array]:
        yaw = np.full(len(t), yaw_deg)
        pelvis = _points(0.0, 0.06 + leg_length(174.0), 0.0, t)
        ankles = {
            side: _points(0, 0, 0, t) + (sign * 0.12 * _left(yaw)) + 0.06 * UP
            for side, sign in ((Side.LEFT, 1.0), (Side.RIGHT, -1.0))
        }
        return assemble(pelvis, pelvis_yaw_deg=yaw, shoulder_yaw_deg=yaw, ankles=ankles)

    return Scenario(body, duration_s)


def squats(count: int = 4, period_s: float = 2.0, lowest_deg: float = 90.0) -> Scenario:
    """Even squats seen from the side, hands held in front."""

    def knee_deg(t: Array) -> Array:
        down = (1 - np.cos(2 * np.pi * t / period_s)) / 2
        return 170.0 - (170.0 - lowest_deg) * down

    def body(t: Array) -> dict[str, Array]:
        yaw = np.full(len(t), 90.0)
        pelvis = _points(0.0, 0.06 + leg_length(knee_deg(t)), 0.0, t)
        ankles = {
            side: _points(0, 0.06, sign * HALF_HIPS, t)
            for side, sign in ((Side.LEFT, 1.0), (Side.RIGHT, -1.0))
        }
        wrists = {
            side: pelvis + _points(0.35, 0.35, sign * 0.15, t)
            for side, sign in ((Side.LEFT, 1.0), (Side.RIGHT, -1.0))
        }
        return assemble(
            pelvis, pelvis_yaw_deg=yaw, shoulder_yaw_deg=yaw, ankles=ankles, wrists=wrists
        )

    return Scenario(
        body, count * period_s, truth={"knee_deg": lowest_deg, "per_minute": 60.0 / period_s}
    )


def walking(steps_per_minute: float = 110.0, duration_s: float = 6.0) -> Scenario:
    """Walking on the spot of a treadmill, seen from the side."""
    stride_hz = steps_per_minute / 120.0

    def body(t: Array) -> dict[str, Array]:
        yaw = np.full(len(t), 90.0)
        phase = 2 * np.pi * stride_hz * t
        pelvis = _points(0.0, 0.06 + leg_length(168.0) - 0.04, 0.0, t)
        ankles, wrists = {}, {}
        for side, sign in ((Side.LEFT, 1.0), (Side.RIGHT, -1.0)):
            swing = sign * np.sin(phase)
            lift = 0.08 * np.maximum(0.0, sign * np.cos(phase))
            ankles[side] = _points(0.25 * swing, 0.06 + lift, sign * HALF_HIPS, t)
            wrists[side] = pelvis + _points(-0.2 * swing, 0.0, sign * 0.2, t)
        return assemble(
            pelvis, pelvis_yaw_deg=yaw, shoulder_yaw_deg=yaw, ankles=ankles, wrists=wrists
        )

    return Scenario(body, duration_s, truth={"per_minute": steps_per_minute / 2})


def delivery(knee_deg: float = 150.0, *, run_up_s: float = 0.8) -> Scenario:
    """A right-arm delivery towards +x, filmed from the bowling arm's side.

    The front knee is at `knee_deg` half-way from front-foot contact to release, 8 degrees
    straighter at both.
    """
    back_s, front_s, release_s = run_up_s, run_up_s + 0.20, run_up_s + 0.36
    front_x = 0.8

    def pelvis(t: Array) -> Array:
        dip = np.clip(4 * (t - front_s) * (release_s - t) / (release_s - front_s) ** 2, 0.0, 1.0)
        over = -0.50 + 0.40 * smooth(t, front_s - 0.25, release_s + 0.2)
        approach = -1.3 * (1 - smooth(t, -0.6, front_s - 0.02))
        height = np.sqrt(leg_length(knee_deg + 8.0 - 8.0 * dip) ** 2 - over**2)
        return _points(front_x + over + approach, 0.06 + height, 0.0, t)

    def body(t: Array) -> dict[str, Array]:
        middle = pelvis(t)
        shoulder_yaw = 10.0 + 90.0 * smooth(t, release_s - 0.25, release_s + 0.1)
        swing = np.radians(-170.0 + 340.0 * smooth(t, release_s - 0.225, release_s + 0.225))
        reach = 0.55 * np.stack([np.sin(swing), np.cos(swing), np.zeros(len(t))], axis=1)
        back_foot = _step(t, -1.2, 0.0, back_s - 0.35, back_s)
        follow = _step(t, 0.0, 1.7, release_s - 0.02, release_s + 0.35)
        return assemble(
            middle,
            pelvis_yaw_deg=np.full(len(t), 90.0),
            shoulder_yaw_deg=shoulder_yaw,
            ankles={
                Side.RIGHT: back_foot + follow + _points(0.0, 0.06, -HALF_HIPS, t),
                Side.LEFT: _step(t, -0.5, front_x, front_s - 0.38, front_s)
                + _points(0.0, 0.06, HALF_HIPS, t),
            },
            wrists={
                Side.RIGHT: middle + TORSO * UP - HALF_SHOULDERS * _left(shoulder_yaw) + reach,
                Side.LEFT: middle + _points(0.1, 0.1, 0.2, t),
            },
        )

    return Scenario(
        body,
        release_s + 0.7,
        moments_s={
            "back_foot_contact": back_s,
            "front_foot_contact": front_s,
            "release": release_s,
        },
        truth={"front_knee_deg": knee_deg},
    )


def stroke(
    knee_deg: float = 150.0, *, turn_deg: float = 0.0, lead_s: float = 0.03, sway_m: float = 0.0
) -> Scenario:
    """A right-hander's front-foot drive towards +x, chest to the camera.

    The pelvis turns by `turn_deg`, quickest `lead_s` before the shoulders; the head sways by
    `sway_m` to either side 2.5 times a second.
    """
    contact_s, plant_s = 1.6, 1.55

    def pelvis(t: Array) -> Array:
        knee = 165.0 + (knee_deg - 165.0) * smooth(t, 1.2, 1.5)
        front_hip_x = 0.10 + 0.25 * smooth(t, 1.25, 1.7)
        over = front_hip_x - 0.25 - 0.35 * np.clip((t - 1.3) / (plant_s - 1.3), 0.0, 1.0)
        height = np.sqrt(leg_length(knee) ** 2 - over**2)
        return _points(front_hip_x - HALF_HIPS, 0.06 + height, 0.0, t)

    def wrists(neck: Array, t: Array) -> dict[Side, Array]:
        lift = -110.0 * smooth(t, 0.8, 1.3) + 240.0 * smooth(t, 1.4, 1.8)
        swing = np.radians(lift)
        down = np.stack([np.sin(swing), -np.cos(swing), np.zeros(len(t))], axis=1)
        hands = neck + 0.42 * down + _points(0.0, 0.0, -0.2, t)
        return {Side.LEFT: hands - 0.04 * down, Side.RIGHT: hands + 0.04 * down}

    def body(t: Array) -> dict[str, Array]:
        middle = pelvis(t)
        lean = np.degrees(np.arcsin(sway_m / (TORSO + 0.22) * np.sin(2 * np.pi * 2.5 * t)))
        ahead = _points(1.0, 0.0, 0.0, t)
        shoulders_s = contact_s - 0.02
        turns = [
            turn_deg * smooth(t, at - 0.15, at + 0.15) for at in (shoulders_s - lead_s, shoulders_s)
        ]
        return assemble(
            middle,
            pelvis_yaw_deg=turns[0],
            shoulder_yaw_deg=turns[1],
            ankles={
                Side.LEFT: _step(t, 0.25, 0.60, 1.3, plant_s, lift_m=0.06)
                + _points(0.0, 0.06, 0.0, t),
                Side.RIGHT: _points(-0.25, 0.06, 0.0, t),
            },
            wrists=wrists(middle + TORSO * UP, t),
            knees={Side.LEFT: ahead, Side.RIGHT: -ahead},
            lean_deg=lean,
            facing_deg=80.0,
        )

    return Scenario(
        body,
        2.6,
        moments_s={
            "backlift_top": 1.35,
            "downswing_start": 1.45,
            "front_foot_plant": plant_s,
            "contact": contact_s,
        },
        truth={"front_knee_deg": knee_deg, "lead_s": lead_s},
    )


def _step(
    t: Array, from_x: float, to_x: float, start_s: float, end_s: float, *, lift_m: float = 0.25
) -> Array:
    """Return how far a foot has gone that leaves at one time and stands at another."""
    gone = np.clip((t - start_s) / (end_s - start_s), 0.0, 1.0)
    return _points(from_x + (to_x - from_x) * gone, lift_m * np.sin(np.pi * gone), 0.0, t)
