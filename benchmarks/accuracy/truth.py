"""Without noise: the numbers are the true ones, and the same however the movement is filmed."""

from collections.abc import Iterator

from benchmarks.accuracy.filming import FORMATS, RATES_HZ, ZOOMS_PX_PER_M, bands_off, value
from shared.results import Exercise, Metric, Movement, Side
from tests.athletes import Scenario, analysed, delivery, running, stroke
from tests.athletes.workout import workout

BOWLING, BATTING = Movement.CRICKET_BOWLING, Movement.CRICKET_BATTING
KNEES_DEG = (110.0, 125.0, 140.0, 155.0, 165.0)
OTHER = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT, None: None}


def movements() -> list[tuple[Movement, Scenario]]:
    """Return one sound athlete of every movement that is judged by its events."""
    return [
        (BATTING, stroke(140.0)),
        (BOWLING, delivery(145.0)),
        (Movement.RUNNING, running(3.0)),
        (Movement.WORKOUT, workout(Exercise.SQUAT, 3)),
    ]


def knee_any_format(seeds: int) -> Iterator[float]:
    """Yield errors in degrees; formats and angles are all taken, whatever the effort."""
    del seeds
    for width_px, height_px in FORMATS:
        for knee_deg in KNEES_DEG:
            for movement, scenario in (
                (BOWLING, delivery(knee_deg)),
                (BATTING, stroke(knee_deg)),
            ):
                track = scenario.filmed(width_px=width_px, height_px=height_px)
                metrics = analysed(track, movement).measurement.metrics
                yield abs(value(metrics, "front_knee_brace_score") - knee_deg)


def scores_any_rate(seeds: int) -> Iterator[float]:
    """Yield differences of scores; a rate too low for a metric gives none."""
    lates_s = [0.013 * seed for seed in range(min(seeds, 4))]
    stretching = BOWLING, delivery(140.0, contact_deg=140.0, release_deg=165.0)
    for movement, scenario in (*movements()[:2], stretching):
        truth = _metrics(movement, scenario, rate_hz=120.0)
        for rate_hz in RATES_HZ:
            for late_s in lates_s:
                given = _metrics(movement, scenario, rate_hz=rate_hz, late_s=late_s)
                yield from _score_differences(given, truth)


def values_any_zoom(seeds: int) -> Iterator[float]:
    """Yield differences in error bands."""
    del seeds
    for movement, scenario in movements():
        truth = _metrics(movement, scenario)
        for px_per_m in ZOOMS_PX_PER_M:
            yield from bands_off(_metrics(movement, scenario, px_per_m=px_per_m), truth)


def values_mirrored(seeds: int) -> Iterator[float]:
    """Yield differences in error bands, and 1 for every metric whose side did not swap."""
    del seeds
    for movement, scenario in movements():
        truth = _metrics(movement, scenario)
        mirrored = _metrics(movement, scenario, mirrored=True)
        yield from bands_off(mirrored, truth)
        for key, metric in truth.items():
            yield float(mirrored[key].side is not OTHER[metric.side])


def values_shifted(seeds: int) -> Iterator[float]:
    """Yield differences in error bands."""
    for movement, scenario in movements():
        truth = _metrics(movement, scenario)
        for seed in range(seeds):
            yield from bands_off(_metrics(movement, scenario, starts_at_s=7.3 * seed), truth)


def events_shifted(seeds: int) -> Iterator[float]:
    """Yield how far events are from where the shift puts them, in pictures."""
    for movement, scenario in movements():
        truth = analysed(scenario.filmed(), movement).measurement.events
        for shift_s in (7.3 * seed for seed in range(seeds)):
            later = analysed(scenario.filmed(starts_at_s=shift_s), movement).measurement.events
            if len(later) != len(truth):
                yield float("nan")
                continue
            for before, after in zip(truth, later, strict=True):
                yield abs(after.t_s - before.t_s - shift_s) * 60.0


def _metrics(movement: Movement, scenario: Scenario, **camera: object) -> dict[str, Metric]:
    return dict(analysed(scenario.filmed(**camera), movement).measurement.metrics)


def _score_differences(given: dict[str, Metric], truth: dict[str, Metric]) -> Iterator[float]:
    for key, metric in truth.items():
        score, other = metric.score, given[key].score
        if score is not None and other is not None:
            yield abs(score - other)


CHECKS = {
    "knee_any_format": knee_any_format,
    "scores_any_rate": scores_any_rate,
    "values_any_zoom": values_any_zoom,
    "values_mirrored": values_mirrored,
    "values_shifted": values_shifted,
    "events_shifted": events_shifted,
}
