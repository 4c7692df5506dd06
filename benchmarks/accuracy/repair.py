"""Damage done to a sound track on purpose, and what the repair makes of it."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy.filming import CROWN_M, HEIGHT_PX, NOISE_PX, RATE_HZ
from tests.athletes import Scenario, delivery, running, walking
from worker_service.pipeline.pose.repair import repaired
from worker_service.pipeline.track import INDEX, Origin, PoseTrack

PX_PER_M = HEIGHT_PX / CROWN_M
TORSO_PX = 0.5 * PX_PER_M

LEG = ("hip", "knee", "ankle", "heel", "foot_index")
LEFT, RIGHT = ([INDEX[f"{side}_{part}"] for part in LEG] for side in ("left", "right"))

LONGEST_SWAP_S = 0.2
SWAP_EVERY_S = 0.8
APART_TORSO = 0.25
"""Legs nearer than this cannot be told apart, and nothing is lost if they are taken for each
other."""


def swaps_left(seeds: int) -> Iterator[float]:
    """Yield 1 for every swapped picture that still is."""
    for sound, damaged, swapped in _damaged(seeds):
        wrong, told = _wrong_sides(repaired(damaged), sound)
        yield from wrong[swapped & told].astype(float)


def swaps_invented(seeds: int) -> Iterator[float]:
    """Yield 1 for every sound picture of a damaged clip in which the sides are wrong."""
    for sound, damaged, swapped in _damaged(seeds):
        wrong, told = _wrong_sides(repaired(damaged), sound)
        yield from wrong[~swapped & told].astype(float)


def swaps_unprovoked(seeds: int) -> Iterator[float]:
    """Yield 1 for every picture of a sound clip in which the sides are wrong."""
    for seed in range(seeds):
        for scenario in _movers():
            sound = _filmed(scenario, seed)
            wrong, told = _wrong_sides(repaired(sound), sound)
            yield from wrong[told].astype(float)


def gaps_filled(seeds: int) -> Iterator[float]:
    """Yield how far filled landmarks lie from the truth, in torso lengths."""
    for seed in range(seeds):
        gap = _gap(seed, length_s=0.1 + 0.1 * (seed % 2))
        for scenario in _movers():
            filled = repaired(_filmed(scenario, seed, noise_px=NOISE_PX, gaps_s=(gap,)))
            truth = _filmed(scenario, seed, noise_px=0.0)
            rows = (truth.t_s >= gap[0]) & (truth.t_s <= gap[1])
            apart = np.linalg.norm(filled.xy_px[rows] - truth.xy_px[rows], axis=2)
            yield from (apart.ravel() / TORSO_PX).tolist()


def gaps_invented(seeds: int) -> Iterator[float]:
    """Yield how many landmarks were filled in a gap too long to fill."""
    for seed in range(seeds):
        gap = _gap(seed, length_s=0.4)
        for scenario in _movers():
            mended = repaired(_filmed(scenario, seed, gaps_s=(gap,)))
            rows = (mended.t_s >= gap[0]) & (mended.t_s <= gap[1])
            yield float((mended.origin[rows] != Origin.MISSING).sum())


def _movers() -> tuple[Scenario, ...]:
    return (walking(110.0, duration_s=4.0), running(4.0), delivery(run_up_s=1.2))


def _filmed(scenario: Scenario, seed: int, **camera: object) -> PoseTrack:
    usual = {"rate_hz": RATE_HZ, "noise_px": NOISE_PX, "px_per_m": PX_PER_M, "seed": seed}
    return scenario.filmed(**(usual | camera))


def _gap(seed: int, *, length_s: float) -> tuple[float, float]:
    begin_s = 0.6 + 0.07 * (seed % 8)
    return begin_s, begin_s + length_s


def _damaged(seeds: int) -> Iterator[tuple[PoseTrack, PoseTrack, NDArray[np.bool_]]]:
    """Yield a sound track, the same with legs swapped for moments, and where."""
    for seed in range(seeds):
        random = np.random.default_rng(seed)
        for scenario in _movers():
            sound = _filmed(scenario, seed)
            swapped = np.zeros(len(sound), dtype=bool)
            for begin_s in np.arange(0.4, scenario.duration_s - 0.4, SWAP_EVERY_S):
                first = round((begin_s + random.uniform(0, 0.3)) * RATE_HZ)
                pictures = int(random.integers(1, round(LONGEST_SWAP_S * RATE_HZ) + 1))
                swapped[first : first + pictures] = True
            yield sound, _with_legs_swapped(sound, swapped), swapped


def _with_legs_swapped(track: PoseTrack, where: NDArray[np.bool_]) -> PoseTrack:
    rows = np.flatnonzero(where)[:, None]

    def changed(values: NDArray[np.float64]) -> NDArray[np.float64]:
        changed = values.copy()
        changed[rows, LEFT], changed[rows, RIGHT] = values[rows, RIGHT], values[rows, LEFT]
        return changed

    return replace(track, xy_px=changed(track.xy_px), world_m=changed(track.world_m))


def _wrong_sides(track: PoseTrack, truth: PoseTrack) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(n,) where the legs lie nearer to the other leg's truth, and where the two can be told."""
    legs = [INDEX[f"{side}_{part}"] for side in ("left", "right") for part in ("knee", "ankle")]
    other = [legs[2], legs[3], legs[0], legs[1]]
    here, own, others = track.xy_px[:, legs], truth.xy_px[:, legs], truth.xy_px[:, other]
    to_own = np.linalg.norm(here - own, axis=2).sum(axis=1)
    to_other = np.linalg.norm(here - others, axis=2).sum(axis=1)
    told = np.linalg.norm(own - others, axis=2).max(axis=1) > APART_TORSO * TORSO_PX
    return np.asarray(~(to_own <= to_other)), np.asarray(told)


CHECKS = {
    "swaps_left": swaps_left,
    "swaps_invented": swaps_invented,
    "swaps_unprovoked": swaps_unprovoked,
    "gaps_filled": gaps_filled,
    "gaps_invented": gaps_invented,
}
