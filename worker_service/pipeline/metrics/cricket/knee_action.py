"""What kind of front leg a bowler has, by the rule that coaches know."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

from worker_service.pipeline.metrics.cricket.knee_metrics import EXTENSION, FLEXION

if TYPE_CHECKING:
    from shared.results import Metric

MOVES_DEG = 10.0
"""A knee that yields or stretches by this much after front-foot contact does so (Portus 2004)."""


class KneeAction(StrEnum):
    """How the front knee goes from landing to release."""

    FLEXOR = "flexor"
    EXTENDER = "extender"
    FLEXOR_EXTENDER = "flexor-extender"
    CONSTANT_BRACE = "constant brace"


_KINDS = {
    (True, False): KneeAction.FLEXOR,
    (False, True): KneeAction.EXTENDER,
    (True, True): KneeAction.FLEXOR_EXTENDER,
    (False, False): KneeAction.CONSTANT_BRACE,
}


def knee_action(metrics: "Mapping[str, Metric]") -> KneeAction | None:
    """Return the kind of front leg; None unless both movements are an error band off the rule."""
    moves = _moves(metrics.get(FLEXION)), _moves(metrics.get(EXTENSION))
    return None if moves[0] is None or moves[1] is None else _KINDS[moves[0], moves[1]]


def _moves(metric: "Metric | None") -> bool | None:
    if (
        metric is None
        or metric.value is None
        or abs(metric.value - MOVES_DEG) < (metric.error_band or 0.0)
    ):
        return None
    return metric.value >= MOVES_DEG
