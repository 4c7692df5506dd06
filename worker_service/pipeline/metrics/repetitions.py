"""Several strokes or deliveries of one clip become one value with its spread."""

from collections import Counter

import numpy as np

from shared.results import Metric
from worker_service.pipeline.metrics.table import MetricSpec


def combine(spec: MetricSpec, repetitions: list[Metric]) -> Metric:
    """Return the median over the repetitions that could be measured.

    Moment, side and chart are those of the repetition nearest the median. When none could be
    measured, the most frequent reason is given.
    """
    measured = [metric for metric in repetitions if metric.value is not None]
    if not measured:
        reason, _ = Counter(metric.reason for metric in repetitions).most_common(1)[0]
        return next(metric for metric in repetitions if metric.reason is reason)
    if len(measured) == 1:
        return measured[0]
    values = np.array([metric.value for metric in measured], dtype=float)
    middle = float(np.median(values))
    shown = measured[int(np.abs(values - middle).argmin())]
    trust = float(np.mean([metric.confidence or 0.0 for metric in measured]))
    return shown.model_copy(
        update={
            "value": round(middle, 4),
            "score": spec.score(middle),
            "n": len(measured),
            "spread": round(float(values.std(ddof=1)), 4),
            "confidence": round(trust, 3),
        }
    )
