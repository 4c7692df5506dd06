"""Head and hips over standing feet."""

from typing import TYPE_CHECKING

import numpy as np

from shared.results import Metric, Reason
from worker_service.pipeline.metrics.general.stretch import HIPS, along
from worker_service.pipeline.metrics.posture import FEET, HEAD, base_offset, head_over_feet
from worker_service.pipeline.metrics.scene import Scene
from worker_service.pipeline.signals.derivatives import speed
from worker_service.pipeline.signals.even import EVEN_HZ
from worker_service.pipeline.signals.gaps import runs
from worker_service.pipeline.signals.known import median, rms

if TYPE_CHECKING:
    from worker_service.pipeline.signals.motion import Motion

PLANTED_SPEED = 0.5
"""Torso lengths a second below which a foot counts as standing."""

PLANTED_S = 0.5
"""Least time on both feet before anything is said about balance over them."""


def over_planted_feet(scene: Scene, part: "Motion") -> dict[str, Metric]:
    """Head and hips over the feet while both feet stand, in the longest burst.

    Sideways only: going down and up, as in a squat, is movement and not unsteadiness. Sway is
    taken about the mean of each stand, so a step between two of them does not count.
    """
    stands = _stands(part)
    if not stands:
        keys = ("head_stability_score", "balance_drift_score")
        return {key: scene.missing(key, Reason.EVENT_NOT_FOUND) for key in keys}
    sideways = head_over_feet(part)[:, 0] / part.torso_px
    offset = base_offset(part)
    sway, drift = (np.full(len(part), np.nan) for _ in range(2))
    for stand in stands:
        sway[stand] = np.abs(sideways[stand] - np.nanmean(sideways[stand]))
        drift[stand] = offset[stand]
    head = along(part, sway, rms(sway), HEAD + FEET)
    hips = along(part, drift, median(drift), HIPS + FEET)
    return {
        "head_stability_score": scene.metric("head_stability_score", head),
        "balance_drift_score": scene.metric("balance_drift_score", hips),
    }


def _stands(part: "Motion") -> list[slice]:
    """Return the stretches on both feet that are long enough to speak of balance."""
    quicker = np.maximum(*(speed(part.point(foot)) for foot in FEET)) / part.torso_px
    known = np.isfinite(part.middle("ear")[:, 0] + part.middle("hip")[:, 0])
    stands = runs(known & (quicker < PLANTED_SPEED))
    return [stand for stand in stands if stand.stop - stand.start >= PLANTED_S * EVEN_HZ]
