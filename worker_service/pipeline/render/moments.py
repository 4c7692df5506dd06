"""Which moments of an analysis deserve a still."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from shared.results import Event, Results
from worker_service.pipeline.track import PoseTrack

MOST = 12
"""Stills of one analysis. A minute of running has hundreds of foot contacts."""

APART_S = 0.05
"""Two moments closer than this are one still."""


@dataclass(frozen=True, slots=True)
class KeyMoment:
    """A moment and why it matters: an event's type or a finding's code."""

    t_s: float
    label: str
    confidence: float | None


def key_moments(results: Results) -> list[KeyMoment]:
    """Return at most `MOST` moments in order of time.

    Findings come first, worst first, then the surest event of every type, the second surest, …
    """
    chosen: list[KeyMoment] = []
    for moment in _by_importance(results):
        if len(chosen) == MOST:
            break
        if all(abs(moment.t_s - other.t_s) >= APART_S for other in chosen):
            chosen.append(moment)
    return sorted(chosen, key=lambda moment: moment.t_s)


def cover_s(results: Results, track: PoseTrack) -> float:
    """Return the moment that stands for the whole video: the most important one.

    Where nothing happened, it is the middle of the time in which the athlete is seen.
    """
    first = next(_by_importance(results), None)
    if first is not None:
        return first.t_s
    return float(np.median(track.t_s[track.present])) if track.present.any() else 0.0


def _by_importance(results: Results) -> Iterator[KeyMoment]:
    for finding in results.findings.findings:
        yield KeyMoment(finding.evidence.scrub_t_s, finding.code, finding.confidence)
    for event in _surest_of_every_type(results.events):
        yield KeyMoment(event.t_s, event.type.value, event.confidence)


def _surest_of_every_type(events: list[Event]) -> list[Event]:
    by_type: dict[str, list[Event]] = {}
    for event in sorted(events, key=lambda event: -event.confidence):
        by_type.setdefault(event.type.value, []).append(event)
    ranked = [(rank, event) for group in by_type.values() for rank, event in enumerate(group)]
    return [event for _, event in sorted(ranked, key=lambda pair: pair[0])]
