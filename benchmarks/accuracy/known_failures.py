"""The nine ways in which the systems before this one went wrong, with their numbers."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from benchmarks.accuracy.filming import FORMATS, RATES_HZ, ZOOMS_PX_PER_M, value
from shared.analysis import AnalysisSettings
from shared.errors import NoPersonFound
from shared.results import Movement
from tests.athletes import analysed, delivery, running, squats, standing, stroke, summary_of
from worker_service.pipeline.metrics.geometry import yaw_deg
from worker_service.pipeline.quality import judge
from worker_service.pipeline.signals.derivatives import turn_rate_deg_s, unwrapped_deg
from worker_service.pipeline.signals.even import EVEN_HZ
from worker_service.pipeline.track import Origin

BOWLING, BATTING = Movement.CRICKET_BOWLING, Movement.CRICKET_BATTING


def nobody(seeds: int) -> Iterator[float]:
    """Yield 1 for every movement in which a track of nobody goes on to findings."""
    del seeds
    track = stroke().filmed()
    empty = replace(
        track,
        xy_px=np.full_like(track.xy_px, np.nan),
        origin=np.full_like(track.origin, Origin.MISSING),
    )
    for movement in Movement:
        try:
            judge(empty, summary_of(empty), AnalysisSettings(movement=movement))
        except NoPersonFound:
            yield 0.0
        else:
            yield 1.0


def confidence(seeds: int) -> Iterator[float]:
    """Yield how many of three different recordings share a confidence."""
    del seeds
    cameras: list[dict[str, object]] = [{}, {"rate_hz": 15}, {"gaps_s": ((1.5, 1.53),)}]
    found = {
        analysed(stroke().filmed(**camera), BATTING)
        .measurement.metrics["head_stability_score"]
        .confidence
        for camera in cameras
    }
    yield float(len(cameras) - len(found - {None}))


def rate(seeds: int) -> Iterator[float]:
    """Yield differences of the score of one head sway."""
    for sway_m in (0.0, 0.05, 0.10):
        truth = analysed(stroke(sway_m=sway_m).filmed(rate_hz=120), BATTING)
        for rate_hz in RATES_HZ:
            for late_s in (0.013 * seed for seed in range(min(seeds, 3))):
                track = stroke(sway_m=sway_m).filmed(rate_hz=rate_hz, late_s=late_s)
                score = analysed(track, BATTING).score("head_stability_score")
                expected = truth.score("head_stability_score")
                missing = score is None or expected is None
                yield float("nan") if missing else abs((score or 0.0) - (expected or 0.0))


def aspect(seeds: int) -> Iterator[float]:
    """Yield errors of a true 140 degrees."""
    del seeds
    for width_px, height_px in FORMATS:
        track = delivery(140.0).filmed(width_px=width_px, height_px=height_px)
        metrics = analysed(track, BOWLING).measurement.metrics
        yield abs(value(metrics, "front_knee_brace_score") - 140.0)


def zoom(seeds: int) -> Iterator[float]:
    """Yield differences of scores."""
    del seeds
    near = analysed(stroke().filmed(), BATTING)
    for px_per_m in ZOOMS_PX_PER_M:
        far = analysed(stroke().filmed(px_per_m=px_per_m), BATTING)
        for key in ("elbow_drop_score", "balance_drift_score", "head_stability_score"):
            one, other = near.score(key), far.score(key)
            yield float("nan") if one is None or other is None else abs(one - other)


def still(seeds: int) -> Iterator[float]:
    """Yield findings, events and judged values of a motionless person with 1.5 px of jitter."""
    for movement in Movement:
        for rate_hz in (15, 30, 60, 240):
            for seed in range(min(seeds, 3)):
                track = standing(3.0).filmed(rate_hz=rate_hz, noise_px=1.5, seed=seed)
                found = analysed(track, movement)
                judged = [m for m in found.measurement.metrics.values() if m.score is not None]
                yield float(
                    len(found.findings.findings) + len(found.measurement.events) + len(judged)
                )


def crouch(seeds: int) -> Iterator[float]:
    """Yield findings about the knee after a crouch, and after a sound delivery with a run-up."""
    del seeds
    for scenario in (squats(1, lowest_deg=70.0), delivery(165.0), delivery(165.0, run_up_s=1.5)):
        findings = analysed(scenario.filmed(), BOWLING).findings.findings
        yield float(sum(finding.code == "KNEE_COLLAPSE" for finding in findings))


def wrap(seeds: int) -> Iterator[float]:
    """Yield how far a steady turn through ±180 degrees is from steady, in degrees a second."""
    del seeds
    turn = np.radians(120.0 * np.arange(0.0, 3.0, 1.0 / EVEN_HZ) + 90.0)
    left_m = np.stack([np.cos(turn), np.zeros_like(turn), np.sin(turn)], axis=1)
    rates = turn_rate_deg_s(unwrapped_deg(yaw_deg(left_m, -left_m)))
    yield float(np.abs(rates - 120.0).max())


def swing(seeds: int) -> Iterator[float]:
    """Yield errors of the arm swing of a runner whose arms go through 290 degrees."""
    for rate_hz in (60, 120, 240):
        for seed in range(min(seeds, 2)):
            track = running(4.0, arm_deg=290.0).filmed(rate_hz=rate_hz, late_s=0.01 * seed)
            metrics = analysed(track, Movement.RUNNING).measurement.metrics
            yield abs(value(metrics, "arm_swing") - 290.0)


CHECKS = {
    "failure_1_nobody": nobody,
    "failure_2_confidence": confidence,
    "failure_3_rate": rate,
    "failure_4_aspect": aspect,
    "failure_5_zoom": zoom,
    "failure_6_still": still,
    "failure_7_crouch": crouch,
    "failure_8_wrap": wrap,
    "failure_9_swing": swing,
}
