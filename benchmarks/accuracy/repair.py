"""Holes made in sound tracks on purpose, and what the repair fills in."""

from collections.abc import Iterator

import numpy as np

from benchmarks.accuracy.filming import CROWN_M, HEIGHT_PX, NOISE_PX, RATE_HZ
from tests.athletes import Scenario, delivery, running, walking
from worker_service.pipeline.pose.repair import repaired
from worker_service.pipeline.track import Origin, PoseTrack

PX_PER_M = HEIGHT_PX / CROWN_M
TORSO_PX = 0.5 * PX_PER_M


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


CHECKS = {
    "gaps_filled": gaps_filled,
    "gaps_invented": gaps_invented,
}
