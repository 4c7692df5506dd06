"""Left and right mixed up on purpose in sound tracks, and what the repair makes of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy.filming import CROWN_M, HEIGHT_PX, NOISE_PX
from tests.athletes import Scenario, delivery, running, squats, stroke, walking
from worker_service.pipeline.pose.repair import repaired
from worker_service.pipeline.track import INDEX, LANDMARKS, PoseTrack

PX_PER_M = HEIGHT_PX / CROWN_M
TORSO_PX = 0.5 * PX_PER_M

LONGEST_SWAP_S = 0.2
SWAP_EVERY_S = 0.8
MARGIN_S = 0.4
"""Nothing is damaged nearer than this to either end of a clip."""

APART_TORSO = 0.25
"""Limbs nearer than this cannot be told apart, and nothing is lost if they are taken for each
other."""

AZIMUTHS_DEG = (0.0, 30.0)
FULL_HZ, GLANCE_HZ = 60.0, 15.0
CLOSE_S = 1.0
RATES_HZ = (30.0, FULL_HZ, None)
"""None is a clip of two looks: `GLANCE_HZ`, and `FULL_HZ` for `CLOSE_S` in its middle."""


Films = Callable[[int], Iterator[PoseTrack]]
"""From the number of seeds to sound clips that differ in movement, rate and camera."""


@dataclass(frozen=True, slots=True)
class Limbs:
    """What is mixed up together, and the landmarks by which that is seen."""

    landmarks: tuple[str, ...]
    judged: tuple[str, ...]


LEGS = Limbs(("hip", "knee", "ankle", "heel", "foot_index"), ("knee", "ankle"))
ARMS = Limbs(("shoulder", "elbow", "wrist", "pinky", "index", "thumb"), ("elbow", "wrist"))
BODY = Limbs(
    tuple(name.removeprefix("left_") for name in LANDMARKS if name.startswith("left_")),
    (*LEGS.judged, *ARMS.judged),
)


def gait() -> tuple[Scenario, ...]:
    """Return people whose arms and legs swing past each other."""
    return walking(110.0, duration_s=3.0), running(3.0)


def feats() -> tuple[Scenario, ...]:
    """Return people who do something once or twice."""
    return squats(2, period_s=1.6), delivery(run_up_s=1.2), stroke()


def filmed(
    scenario: Scenario, seed: int, rate_hz: float | None = FULL_HZ, **camera: object
) -> PoseTrack:
    """Return what the pose step sees with usual noise."""
    usual = {"noise_px": NOISE_PX, "px_per_m": PX_PER_M, "seed": seed}
    track = scenario.filmed(rate_hz=rate_hz or FULL_HZ, **(usual | camera))
    return track if rate_hz else _looked_at_twice(track)


def unrepaired(limbs: Limbs, films: Films, seeds: int) -> Iterator[float]:
    """Yield 1 for every swapped picture that still is, or that was lost instead."""
    for sound, swapped in _damaged(limbs, films(seeds)):
        mended = repaired(_swapped(sound, limbs, swapped))
        right, _, told = _sides(mended, sound, limbs)
        yield from (~right)[swapped & told].astype(float)


def invented(limbs: Limbs, films: Films, seeds: int) -> Iterator[float]:
    """Yield 1 for every sound picture of a damaged clip in which the sides are wrong."""
    for sound, swapped in _damaged(limbs, films(seeds)):
        mended = repaired(_swapped(sound, limbs, swapped))
        _, wrong, told = _sides(mended, sound, limbs)
        yield from wrong[~swapped & told].astype(float)


def unprovoked(seeds: int) -> Iterator[float]:
    """Yield 1 for every picture of a sound clip in which the sides of arms or legs are wrong."""
    for sound in everything(seeds):
        mended = repaired(sound)
        for limbs in (LEGS, ARMS):
            _, wrong, told = _sides(mended, sound, limbs)
            yield from wrong[told].astype(float)


def everything(seeds: int) -> Iterator[PoseTrack]:
    """Yield every movement, from the side and obliquely."""
    return _films((*gait(), *feats()), AZIMUTHS_DEG, seeds)


def arms_apart(seeds: int) -> Iterator[PoseTrack]:
    """Yield every movement, but none in which arms swing past each other exactly side-on."""
    yield from _films(gait(), AZIMUTHS_DEG[1:], seeds)
    yield from _films(feats(), AZIMUTHS_DEG, seeds)


def arms_crossing(seeds: int) -> Iterator[PoseTrack]:
    """Yield what `arms_apart` leaves out."""
    return _films(gait(), AZIMUTHS_DEG[:1], seeds)


def _films(
    scenarios: Sequence[Scenario], azimuths_deg: Sequence[float], seeds: int
) -> Iterator[PoseTrack]:
    """Yield one clip for each scenario and seed; few seeds do not try every rate and camera."""
    cameras = list(product(RATES_HZ, azimuths_deg))
    for number, scenario in enumerate(scenarios):
        for seed in range(seeds):
            rate_hz, azimuth_deg = cameras[(seed + number) % len(cameras)]
            yield filmed(scenario, seed, rate_hz, azimuth_deg=azimuth_deg)


def _damaged(
    limbs: Limbs, films: Iterator[PoseTrack]
) -> Iterator[tuple[PoseTrack, NDArray[np.bool_]]]:
    """Yield sound clips, and the pictures in which limbs are to be swapped."""
    random = np.random.default_rng(len(limbs.landmarks))
    for sound in films:
        swapped = np.zeros(len(sound), dtype=bool)
        for begin_s in np.arange(MARGIN_S, sound.t_s[-1] - MARGIN_S, SWAP_EVERY_S):
            first_s = begin_s + random.uniform(0.0, 0.3)
            last_s = first_s + random.uniform(0.0, LONGEST_SWAP_S)
            swapped |= (sound.t_s >= first_s) & (sound.t_s <= last_s)
            swapped[np.searchsorted(sound.t_s, first_s)] = True
        yield sound, swapped


def _swapped(track: PoseTrack, limbs: Limbs, where: NDArray[np.bool_]) -> PoseTrack:
    """Mix up limbs as the model does (seen in both labelled deliveries): all but their depth."""
    rows = np.flatnonzero(where)[:, None]
    left, right = (
        [INDEX[f"{side}_{part}"] for part in limbs.landmarks] for side in ("left", "right")
    )
    xy_px, world_m = track.xy_px.copy(), track.world_m.copy()
    for values, across in ((xy_px, track.xy_px), (world_m[..., :2], track.world_m[..., :2])):
        values[rows, left], values[rows, right] = across[rows, right], across[rows, left]
    return replace(track, xy_px=xy_px, world_m=world_m)


def _sides(
    track: PoseTrack, truth: PoseTrack, limbs: Limbs
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """(n,) where limbs lie nearer to their own truth, to the other side's, and where that tells.

    Lost limbs lie nearer to neither.
    """
    own, other = (
        [INDEX[f"{side}_{part}"] for side in sides for part in limbs.judged]
        for sides in (("left", "right"), ("right", "left"))
    )
    here, here_true, there_true = track.xy_px[:, own], truth.xy_px[:, own], truth.xy_px[:, other]
    to_own = np.linalg.norm(here - here_true, axis=2).sum(axis=1)
    to_other = np.linalg.norm(here - there_true, axis=2).sum(axis=1)
    told = np.linalg.norm(here_true - there_true, axis=2).max(axis=1) > APART_TORSO * TORSO_PX
    return np.asarray(to_own <= to_other), np.asarray(to_own > to_other), np.asarray(told)


def _looked_at_twice(track: PoseTrack) -> PoseTrack:
    middle_s = float(track.t_s.mean())
    every = round(FULL_HZ / GLANCE_HZ)
    kept = (np.abs(track.t_s - middle_s) <= CLOSE_S / 2) | (np.arange(len(track)) % every == 0)
    return replace(
        track,
        t_s=track.t_s[kept],
        frame=track.frame[kept],
        xy_px=track.xy_px[kept],
        visibility=track.visibility[kept],
        world_m=track.world_m[kept],
        origin=track.origin[kept],
    )


_DAMAGE: dict[str, tuple[Limbs, Films]] = {
    "legs": (LEGS, everything),
    "arms": (ARMS, arms_apart),
    "crossing": (ARMS, arms_crossing),
    "body": (BODY, everything),
}
CHECKS: dict[str, Callable[[int], Iterator[float]]] = {
    f"{what}_{name}": partial(check, limbs, films)
    for name, (limbs, films) in _DAMAGE.items()
    for what, check in (("swaps_left", unrepaired), ("swaps_invented", invented))
} | {"swaps_unprovoked": unprovoked}
