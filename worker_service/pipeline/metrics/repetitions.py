"""Several strokes or deliveries of one clip become one value with its spread."""

from collections import Counter

import numpy as np

from shared.results import Metric, Reason
from worker_service.pipeline.metrics.table import MetricSpec


def combine(spec: MetricSpec, repetitions: list[Metric]) -> Metric:
    """Return the median over the repetitions that could be measured.

    Moment, side and chart are those of the repetition nearest the median. Confidence is the mean
    over those measured times their share of all that could have been: a repetition in which the
    metric has no meaning does not count. When none could be measured, the most frequent reason is
    given.
    """
    measured = [metric for metric in repetitions if metric.value is not None]
    undefined = sum(m.reason is Reason.NOT_DEFINED_FOR_MOVEMENT for m in repetitions)
    if not measured:
        reason, _ = Counter(metric.reason for metric in repetitions).most_common(1)[0]
        return next(metric for metric in repetitions if metric.reason is reason)
    share = len(measured) / (len(repetitions) - undefined)
    trust = share * float(np.mean([metric.confidence or 0.0 for metric in measured]))
    if len(measured) == 1:
        return measured[0].model_copy(update={"confidence": round(trust, 3)})
    values = np.array([metric.value for metric in measured], dtype=float)
    middle = float(np.median(values))
    shown = measured[int(np.abs(values - middle).argmin())]
    return shown.model_copy(
        update={
            "value": round(middle, 4),
            "score": spec.score(middle),
            "n": len(measured),
            "spread": round(float(values.std(ddof=1)), 4),
            "confidence": round(trust, 3),
        }
    )
