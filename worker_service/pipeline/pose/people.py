"""Join sightings into people, over the whole clip.

A follower may slip from one person to another, and a person may be followed twice, with a gap
between. So each follower's sightings are cut where they jump, and the pieces are joined where
one can be the continuation of another.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from worker_service.pipeline.pose import body
from worker_service.pipeline.pose.sightings import Sightings

JUMP = 0.7
"""How far a trunk may be from where it was, in body lengths, however short the time …"""

LOOSE_ENDS = 0.5
"""… and further between pieces: the last sighting before a loss is often half wrong …"""

SPEED = 2.5
"""… and how much further for every second in between: a sprint is about 5 body lengths a
second, a camera panning along takes most of that away."""

REACH = 3.0
"""… but never further than this."""

MAX_GAP_S = 3.0

TRUNK_SHARE = (0.15, 0.75)
"""Trunk over trunk and leg, median of a piece: 0.33 to 0.5 on the people of our clips, 0.1 on
things taken for a person for minutes on end."""

SIZE_RATIO = 1.8
"""How much larger or smaller a body may have become."""


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """Sightings by one follower without a jump."""

    rows: NDArray[np.int64]
    begin_s: float
    end_s: float
    first_centre: NDArray[np.floating]
    last_centre: NDArray[np.floating]
    length_px: float


def _begin_s(piece: _Piece) -> float:
    return piece.begin_s


def people(sightings: Sightings) -> list[NDArray[np.int64]]:
    """Return each person's rows in `sightings`, at most one row a picture, in order of time."""
    chains: list[list[_Piece]] = []
    in_order = sorted(_pieces(sightings), key=_begin_s)
    for _, together in groupby(in_order, key=_begin_s):
        _continue(chains, list(together))
    return [np.concatenate([piece.rows for piece in chain]) for chain in chains]


def _pieces(sightings: Sightings) -> Iterator[_Piece]:
    centres = body.centre(sightings.xy_px)
    lengths = body.length(sightings.xy_px)
    times = sightings.t_s[sightings.picture]
    for follower in np.unique(sightings.follower):
        rows = np.flatnonzero(sightings.follower == follower)
        cuts = _cuts(times[rows], centres[rows], lengths[rows])
        for part in np.split(rows, cuts):
            if not _is_built_like_a_person(sightings.xy_px[part]):
                continue
            yield _Piece(
                rows=part,
                begin_s=float(times[part[0]]),
                end_s=float(times[part[-1]]),
                first_centre=centres[part[0]],
                last_centre=centres[part[-1]],
                length_px=float(np.median(lengths[part])),
            )


def _cuts(
    times: NDArray[np.float64], centres: NDArray[np.floating], lengths: NDArray[np.floating]
) -> NDArray[np.int64]:
    """Where one follower's sightings jump in place, size or time: first index after each."""
    gap_s = np.diff(times)
    smaller = np.minimum(lengths[1:], lengths[:-1])
    larger = np.maximum(lengths[1:], lengths[:-1])
    moved = np.linalg.norm(np.diff(centres, axis=0), axis=1)
    jumps = (moved > _reach(gap_s) * larger) | (larger > SIZE_RATIO * smaller)
    return np.flatnonzero(jumps | (gap_s > MAX_GAP_S)) + 1


def _is_built_like_a_person(xy_px: NDArray[np.float32]) -> bool:
    low, high = TRUNK_SHARE
    return bool(low <= np.median(body.trunk_share(xy_px)) <= high)


def _continue(chains: list[list[_Piece]], pieces: list[_Piece]) -> None:
    """Append pieces that begin at one moment, the nearest pair first; what fits nowhere is new."""
    open_chains = chains[:]
    while pieces:
        costs = np.array([[_cost(c[-1], piece) for c in open_chains] for piece in pieces])
        if not costs.size or costs.min() == np.inf:
            chains.extend([piece] for piece in pieces)
            return
        which, chain = np.unravel_index(costs.argmin(), costs.shape)
        open_chains.pop(int(chain)).append(pieces.pop(int(which)))


def _cost(before: _Piece, after: _Piece) -> float:
    gap_s = after.begin_s - before.end_s
    if not 0 < gap_s <= MAX_GAP_S:
        return np.inf
    larger = max(before.length_px, after.length_px)
    if larger > SIZE_RATIO * min(before.length_px, after.length_px):
        return np.inf
    apart = float(np.linalg.norm(after.first_centre - before.last_centre)) / larger
    return apart if apart <= LOOSE_ENDS + float(_reach(np.array(gap_s))) else np.inf


def _reach(gap_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """How many body lengths a trunk can have moved in this time."""
    return np.minimum(JUMP + SPEED * gap_s, REACH)
