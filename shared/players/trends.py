"""One metric of one player over time: what can be compared, what is left out, what changed."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import hypot
from uuid import UUID

from shared.results import Exercise, Metric, Movement, Reason, Side, View

CLEARLY = 1.96
"""Standard errors of a difference that chance exceeds one time in twenty."""

SUPERSEDED = "superseded"
UNUSABLE = "unusable_recording"

LEFT_OUT = (*Reason, SUPERSEDED, UNUSABLE)
"""Why an analysis gives no point: as the metric says, or one of ours."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one analysis says about the metric; `metric` is None where it knows no such one.

    `at` is when the session was, so that a later reanalysis does not move the point.
    """

    job_id: UUID
    session_id: UUID | None
    source_job_id: UUID | None
    made_at: datetime
    at: datetime
    movement: Movement
    exercise: Exercise | None
    view: View
    usable: bool
    metric: Metric | None


@dataclass(frozen=True, slots=True)
class Point:
    """One value that can be compared with the others of its series."""

    job_id: UUID
    session_id: UUID | None
    at: datetime
    value: float
    score: float | None
    confidence: float | None
    error_band: float | None


@dataclass(frozen=True, slots=True)
class Comparable:
    """What values must have in common to be compared."""

    movement: Movement
    exercise: Exercise | None
    view: View
    side: Side | None
    unit: str


@dataclass(frozen=True, slots=True)
class Change:
    """From the first point to the last.

    `beyond_error`: larger than the errors of both explain (95 %); never where one is not known.
    """

    first: float
    last: float
    difference: float
    beyond_error: bool


@dataclass(frozen=True, slots=True)
class Series:
    """Comparable points, oldest first."""

    alike: Comparable
    points: Sequence[Point]

    @property
    def change(self) -> Change | None:
        """How the last differs from the first; None for a single point."""
        if len(self.points) == 1:
            return None
        first, last = self.points[0], self.points[-1]
        difference = last.value - first.value
        return Change(first.value, last.value, difference, _is_clear(difference, first, last))


@dataclass(frozen=True, slots=True)
class Trend:
    """All series of a metric, the one with the newest point first, and what gave no point."""

    series: Sequence[Series]
    left_out: Mapping[str, int]


def trend(readings: Sequence[Reading]) -> Trend:
    """Sort readings into series of what can be compared; every other is counted by its reason."""
    newest = _newest(readings)
    left_out: Counter[str] = Counter()
    points: dict[Comparable, list[Point]] = {}
    for reading in sorted(readings, key=lambda one: (one.at, one.made_at, one.job_id)):
        found = _read(reading) if reading.job_id in newest else SUPERSEDED
        if isinstance(found, str):
            left_out[found] += 1
        else:
            alike, point = found
            points.setdefault(alike, []).append(point)
    series = [Series(alike, alikes) for alike, alikes in points.items()]
    return Trend(sorted(series, key=lambda one: one.points[-1].at, reverse=True), dict(left_out))


def _newest(readings: Iterable[Reading]) -> set[UUID]:
    """Return the newest analysis of every recording as every movement."""
    in_order = sorted(readings, key=lambda one: (one.made_at, one.job_id))
    sources = {one.job_id: one.source_job_id for one in in_order}
    newest = {(_root(one.job_id, sources), one.movement): one.job_id for one in in_order}
    return set(newest.values())


def _root(job_id: UUID, sources: Mapping[UUID, UUID | None]) -> UUID:
    """Follow reanalyses back to the recording; or as far back as is known."""
    while (source := sources.get(job_id)) is not None:
        job_id = source
    return job_id


def _read(reading: Reading) -> tuple[Comparable, Point] | str:
    """Return a point and what it can be compared with, or why there is none."""
    metric = reading.metric
    if not reading.usable:
        return UNUSABLE
    if metric is None:
        return Reason.NOT_DEFINED_FOR_MOVEMENT
    if metric.value is None:
        return str(metric.reason)
    alike = Comparable(reading.movement, reading.exercise, reading.view, metric.side, metric.unit)
    return alike, Point(
        job_id=reading.job_id,
        session_id=reading.session_id,
        at=reading.at,
        value=metric.value,
        score=metric.score,
        confidence=metric.confidence,
        error_band=metric.error_band,
    )


def _is_clear(difference: float, first: Point, last: Point) -> bool:
    if first.error_band is None or last.error_band is None:
        return False
    return abs(difference) > CLEARLY * hypot(first.error_band, last.error_band)
