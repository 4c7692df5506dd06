"""The moments that prove a finding."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from shared.results import Evidence, Metric, Segment, WorstFrame

if TYPE_CHECKING:
    from worker_service.pipeline.findings.rulebook import Rule
    from worker_service.pipeline.metrics import VideoClock

WORST_FRAMES = 3
APART_S = 0.08
"""Neighbouring pictures show the same; worst frames lie at least this far apart."""

Score = Callable[[float], float | None]
Point = tuple[float, float]


def prove(rule: "Rule", metric: Metric, score: Score, clock: "VideoClock") -> Evidence:
    """Return where to look: the moment of the value, the worst pictures, the stretches beyond."""
    points = _points(metric)
    scrub_t_s = metric.at.t_s if metric.at else 0.0
    if metric.at and not points and metric.value is not None:
        points = [(metric.at.t_s, metric.value)]
    beyond = [point for point in points if rule.beyond(point[1]) > 0]
    return Evidence(
        scrub_t_s=scrub_t_s,
        worst_frames=[
            WorstFrame(t_s=t_s, frame=clock.frame_at(t_s), score=score(value) or 0.0)
            for t_s, value in _worst(rule, beyond)
        ],
        segments=_segments(rule, points, score),
    )


def _points(metric: Metric) -> list[Point]:
    if metric.series is None:
        return []
    pairs = zip(metric.series.t_s, metric.series.values, strict=True)
    return [(t_s, value) for t_s, value in pairs if value is not None]


def _worst(rule: "Rule", points: list[Point]) -> list[Point]:
    """Return the farthest beyond the limit, worst first, none next to another."""
    chosen: list[Point] = []
    for point in sorted(points, key=lambda point: -rule.beyond(point[1])):
        if all(abs(point[0] - other[0]) >= APART_S for other in chosen):
            chosen.append(point)
    return chosen[:WORST_FRAMES]


def _segments(rule: "Rule", points: list[Point], score: Score) -> list[Segment]:
    """Return the unbroken stretches of points beyond the limit."""
    stretches: list[list[Point]] = [[]]
    for point in points:
        if rule.beyond(point[1]) > 0:
            stretches[-1].append(point)
        elif stretches[-1]:
            stretches.append([])
    return [
        Segment(
            start_s=stretch[0][0],
            end_s=stretch[-1][0],
            min_score=min(score(value) or 0.0 for _, value in stretch),
        )
        for stretch in stretches
        if stretch
    ]
