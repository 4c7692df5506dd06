"""The moments that prove a finding."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.results import Evidence, Metric, Segment, WorstFrame

if TYPE_CHECKING:
    from worker_service.pipeline.findings.rulebook import Rule
    from worker_service.pipeline.metrics import Measurement

WORST_FRAMES = 3
APART_S = 0.08
"""Neighbouring pictures show the same; worst frames lie at least this far apart."""

Score = Callable[[float], float | None]


@dataclass(frozen=True, slots=True)
class Sample:
    """A value with the picture that shows it and the stretch it speaks for."""

    t_s: float
    value: float
    start_s: float
    end_s: float


def prove(rule: "Rule", metric: Metric, score: Score, measurement: "Measurement") -> Evidence:
    """Return where to look: the worst moment, the worst pictures, the stretches beyond.

    Several repetitions with values of their own are the samples; otherwise the metric's curve,
    or its one moment. The moment to scrub to is the value's own, unless a repetition is worse.
    """
    repeated = _of_repetitions(rule.metric, measurement)
    samples = repeated or _of_series(metric) or _of_moment(metric)
    beyond = [sample for sample in samples if rule.beyond(sample.value) > 0]
    worst = _worst(rule, beyond)
    own_s = metric.at.t_s if metric.at else 0.0
    return Evidence(
        scrub_t_s=worst[0].t_s if repeated and worst else own_s,
        worst_frames=[
            WorstFrame(
                t_s=sample.t_s,
                frame=measurement.clock.frame_at(sample.t_s),
                score=score(sample.value),
            )
            for sample in worst
        ],
        segments=_segments(rule, samples, score),
    )


def _of_repetitions(key: str, measurement: "Measurement") -> list[Sample]:
    """Return the values of the repetitions, each at the moment it was taken."""
    samples = []
    for rep in measurement.reps:
        value, at_s = rep.values.get(key), rep.at_s.get(key)
        if value is not None and at_s is not None:
            samples.append(Sample(at_s, value, rep.start_s, rep.end_s))
    return samples if len(samples) > 1 else []


def _of_series(metric: Metric) -> list[Sample]:
    if metric.series is None:
        return []
    pairs = zip(metric.series.t_s, metric.series.values, strict=True)
    return [Sample(t_s, value, t_s, t_s) for t_s, value in pairs if value is not None]


def _of_moment(metric: Metric) -> list[Sample]:
    if metric.at is None or metric.value is None:
        return []
    return [Sample(metric.at.t_s, metric.value, metric.at.t_s, metric.at.t_s)]


def _worst(rule: "Rule", samples: list[Sample]) -> list[Sample]:
    """Return the farthest beyond the limit, worst first, none next to another."""
    chosen: list[Sample] = []
    for sample in sorted(samples, key=lambda sample: -rule.beyond(sample.value)):
        if all(abs(sample.t_s - other.t_s) >= APART_S for other in chosen):
            chosen.append(sample)
    return chosen[:WORST_FRAMES]


def _segments(rule: "Rule", samples: list[Sample], score: Score) -> list[Segment]:
    """Return the unbroken stretches of samples beyond the limit."""
    stretches: list[list[Sample]] = [[]]
    for sample in samples:
        if rule.beyond(sample.value) > 0:
            stretches[-1].append(sample)
        elif stretches[-1]:
            stretches.append([])
    return [
        Segment(
            start_s=stretch[0].start_s,
            end_s=stretch[-1].end_s,
            min_score=_least(score(sample.value) for sample in stretch),
        )
        for stretch in stretches
        if stretch
    ]


def _least(scores: Iterable[float | None]) -> float | None:
    """Return the least of a metric's scores; None for a metric that has none."""
    return min((score for score in scores if score is not None), default=None)
