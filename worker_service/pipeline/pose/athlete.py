"""Choose whom the clip is about."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.analysis import SubjectHint
from shared.errors import NoPersonFound
from worker_service.pipeline.pose import body
from worker_service.pipeline.pose.hint import pointed_at
from worker_service.pipeline.pose.sightings import Sightings

MIN_PRESENCE_S = 1.0
MIN_PRESENCE_SHARE = 0.5
"""A person is seen for a second, or for half of a clip shorter than two."""

MIN_DENSITY = 0.4
"""Part of the pictures between the first and the last sighting in which a person is seen: what
is taken for a person now and then is none (0.27 in an empty hall, 0.67 of one hidden for a second
of three)."""

STILL = 0.1
"""Movement, in body lengths a second, below which it does not matter who moves less."""

STEP_S = 0.1
"""Movement is what a joint does in a real time this long, whatever the rate: between two pictures
of 240 a second the model's scatter is most of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A person who may be the athlete.

    Attributes:
        rows: into the clip's sightings, one a picture.
        presence_s: seconds seen.
        length_px: typical body length.
        movement: joint speed in body lengths a real second.
    """

    rows: NDArray[np.int64]
    presence_s: float
    length_px: float
    movement: float

    @property
    def score(self) -> float:
        """How likely the clip is about this person."""
        return self.presence_s * self.length_px * (STILL + self.movement)


def candidates(
    sightings: Sightings, people: list[NDArray[np.int64]], slow_motion_factor: float = 1.0
) -> list[Candidate]:
    """Return those who are there for long enough and clearly seen, likeliest first."""
    found = [
        _candidate(sightings, rows, slow_motion_factor)
        for rows in people
        if _is_a_person(sightings, rows)
    ]
    return sorted(found, key=lambda candidate: candidate.score, reverse=True)


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """The athlete, and whether they are who the coach pointed at; None where nobody pointed."""

    athlete: Candidate
    hint_met: bool | None


def choose(
    found: Sequence[Candidate],
    sightings: Sightings,
    hint: SubjectHint | None,
    size_px: tuple[int, int],
) -> Choice:
    """Return whom the coach pointed at; without a hint, or nobody there, the likeliest.

    Raises:
        NoPersonFound: there is no candidate.
    """
    if not found:
        raise NoPersonFound
    if hint is None:
        return Choice(found[0], hint_met=None)
    which = pointed_at(hint, sightings, [candidate.rows for candidate in found], size_px)
    return Choice(found[which or 0], hint_met=which is not None)


def _is_a_person(sightings: Sightings, rows: NDArray[np.int64]) -> bool:
    clip_s = len(sightings.t_s) * _picture_s(sightings)
    if _presence_s(sightings, rows) < min(MIN_PRESENCE_S, MIN_PRESENCE_SHARE * clip_s):
        return False
    if len(rows) < MIN_DENSITY * (np.ptp(sightings.picture[rows]) + 1):
        return False
    return body.clarity(sightings.visibility[rows]) >= body.CLEAR


def _candidate(sightings: Sightings, rows: NDArray[np.int64], factor: float) -> Candidate:
    length_px = float(np.median(body.length(sightings.xy_px[rows])))
    return Candidate(
        rows=rows,
        presence_s=_presence_s(sightings, rows),
        length_px=length_px,
        movement=_joint_speed(sightings, rows, factor) / max(length_px, body.TINY_PX),
    )


def _joint_speed(sightings: Sightings, rows: NDArray[np.int64], factor: float) -> float:
    """Mean over time of the median joint's speed over `STEP_S`, in pixels a real second."""
    real_s = sightings.t_s[sightings.picture[rows]] / factor
    later = np.searchsorted(real_s, real_s + STEP_S - 1e-6)
    earlier = np.flatnonzero(later < len(rows))
    if not len(earlier):
        return 0.0
    later = later[earlier]
    xy_px = sightings.xy_px[rows][:, body.JOINTS]
    moved = np.median(np.linalg.norm(xy_px[later] - xy_px[earlier], axis=2), axis=1)
    return float(np.mean(moved / (real_s[later] - real_s[earlier])))


def _presence_s(sightings: Sightings, rows: NDArray[np.int64]) -> float:
    return len(rows) * _picture_s(sightings)


def _picture_s(sightings: Sightings) -> float:
    """Seconds one sampled picture stands for; 0 where there is only one."""
    if len(sightings.t_s) == 1:
        return 0.0
    return float(np.median(np.diff(sightings.t_s)))
