"""Generated athletes filmed as a good phone films them, and how far findings are from truth."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from shared.results import Event, Metric, Movement
from tests.athletes import Analysed, Scenario, analysed

FORMATS = ((1920, 1080), (1080, 1920), (1280, 720), (720, 1280), (720, 720), (640, 480))
RATES_HZ = (15, 24, 25, 30, 50, 60, 120, 240)
ZOOMS_PX_PER_M = (120.0, 200.0, 320.0, 600.0)

RATE_HZ = 60.0
NOISE_PX = 2.5
HEIGHT_PX = 500.0
CROWN_M = 1.76
"""Standing height of the athletes that `tests.athletes.body` puts together."""

MATCH_S = 0.25
"""An event further than this from its moment is another event."""


def noisy(scenario: Scenario, movement: Movement, seed: int, **settings: object) -> Analysed:
    """Analyse a movement filmed with the noise the product promises to bear."""
    camera: dict[str, object] = {
        key: settings.pop(key) for key in ("azimuth_deg",) if key in settings
    }
    track = scenario.filmed(
        rate_hz=RATE_HZ,
        noise_px=NOISE_PX,
        px_per_m=HEIGHT_PX / CROWN_M,
        seed=seed,
        late_s=(seed % 4) / (4 * RATE_HZ),
        **camera,
    )
    return analysed(track, movement, **settings)


def value(metrics: Mapping[str, Metric], key: str) -> float:
    """Return a metric's value; NaN where it is missing.

    Raises:
        LookupError: the movement has no such metric.
    """
    if key not in metrics:
        raise LookupError(f"no metric {key}")
    found = metrics[key].value
    return float("nan") if found is None else found


def frames_off(
    events: Iterable[Event], kind: str, true_s: float, rate_hz: float = RATE_HZ
) -> float:
    """Return how many pictures the nearest event of a kind is off; NaN where none is near."""
    offs = [abs(event.t_s - true_s) for event in events if event.type == kind]
    nearest = min(offs, default=np.inf)
    return nearest * rate_hz if nearest <= MATCH_S else float("nan")


def bands_off(given: Mapping[str, Metric], expected: Mapping[str, Metric]) -> Iterator[float]:
    """Yield how far values lie apart, in error bands; NaN where one of the two is missing."""
    for key, metric in expected.items():
        other = given[key]
        if metric.value is None and other.value is None:
            continue
        if metric.value is None or other.value is None:
            yield float("nan")
            continue
        yield abs(metric.value - other.value) / (metric.error_band or 1.0)
