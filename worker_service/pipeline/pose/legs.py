"""Undo short left-right mix-ups of the legs.

When one leg passes in front of the other the model may take each for the other for a few
pictures: on both bowling clips exactly at ball release. Told by the path: with the legs changed
back, the feet go on as they went.
"""

from dataclasses import replace
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from worker_service.pipeline.pose import body
from worker_service.pipeline.track import INDEX, PoseTrack

MAX_SWAP_S = 0.2
MIN_RATE_HZ = 24.0
"""Sampled more slowly, legs that cross in a stride look the same as legs that were mixed up."""

MIN_PICTURES = 5
CLEARLY_ROUGH = 0.5
"""Bends in the feet's paths where a mix-up begins or ends, in body lengths, exceed this …"""

CLEARLY_SMOOTHER = 0.5
"""… and changing the legs back leaves less than this part of them."""

_SWAPPED_PARTS = ("hip", "knee", "ankle", "heel", "foot_index")
_JUDGED_PARTS = ("ankle", "heel", "foot_index")
T = TypeVar("T", bound=np.generic)

_LEFT, _RIGHT = ([INDEX[f"{side}_{part}"] for part in _SWAPPED_PARTS] for side in ("left", "right"))
_FEET = [[INDEX[f"{side}_{part}"] for part in _JUDGED_PARTS] for side in ("left", "right")]


def with_own_legs(track: PoseTrack) -> PoseTrack:
    """Return the track with the legs changed back wherever they were clearly mixed up."""
    mixed_up = np.flatnonzero(mixed_up_legs(track))
    if not mixed_up.size:
        return track
    return replace(
        track,
        xy_px=_swapped(track.xy_px, mixed_up),
        visibility=_swapped(track.visibility, mixed_up),
        world_m=_swapped(track.world_m, mixed_up),
        origin=_swapped(track.origin, mixed_up),
    )


def mixed_up_legs(track: PoseTrack) -> NDArray[np.bool_]:
    """(n,) in which pictures each leg was taken for the other."""
    mixed_up = np.zeros(len(track), dtype=bool)
    if len(track) < MIN_PICTURES or track.rate_hz < MIN_RATE_HZ or not track.present.any():
        return mixed_up
    feet = track.xy_px[:, _FEET] / np.nanmedian(body.length(track.xy_px))
    mixed_up[_single(feet)] = True
    borders = _borders(feet)
    for first, last in pairwise(borders.tolist()):
        between = slice(first, last)
        short = last - first <= MAX_SWAP_S * track.rate_hz
        if short and not mixed_up[first - 1 : last + 1].any():
            mixed_up[between] = True
    return mixed_up


def _borders(feet: NDArray[np.float64]) -> NDArray[np.int64]:
    """First picture after every change of sides, from (n, side, point, 2) paths."""
    before_last, last = feet[:-3], feet[1:-2]
    first, second = feet[2:-1], feet[3:]
    as_given = _bend(before_last, last, first) + _bend(last, first, second)
    first, second = first[:, ::-1], second[:, ::-1]
    changed = _bend(before_last, last, first) + _bend(last, first, second)
    return _clear_peaks(as_given, changed) + 2


def _single(feet: NDArray[np.float64]) -> NDArray[np.int64]:
    """Pictures that have the sides changed alone, from (n, side, point, 2) paths."""
    here = feet[2:-2]

    def bends(here: NDArray[np.float64]) -> NDArray[np.float64]:
        return (
            _bend(feet[:-4], feet[1:-3], here)
            + _bend(feet[1:-3], here, feet[3:-1])
            + _bend(here, feet[3:-1], feet[4:])
        )

    return _clear_peaks(bends(here), bends(here[:, ::-1])) + 2


def _clear_peaks(as_given: NDArray[np.float64], changed: NDArray[np.float64]) -> NDArray[np.int64]:
    """Where changing sides makes rough paths clearly smoother, and more so than next to it."""
    gain = np.nan_to_num(as_given - changed)
    clear = (as_given > CLEARLY_ROUGH) & (changed < CLEARLY_SMOOTHER * as_given)
    around = np.pad(gain, 1)
    return np.flatnonzero(clear & (gain >= around[:-2]) & (gain > around[2:]))


def _bend(
    before: NDArray[np.float64], here: NDArray[np.float64], after: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(n,) how much both feet's paths bend at `here`: mean over the points, sum over the feet."""
    bends = np.linalg.norm(after - 2 * here + before, axis=-1)
    return np.asarray(bends.mean(axis=-1).sum(axis=-1))


def _swapped(values: NDArray[T], pictures: NDArray[np.int64]) -> NDArray[T]:
    changed = values.copy()
    rows = pictures[:, None]
    changed[rows, _LEFT] = values[rows, _RIGHT]
    changed[rows, _RIGHT] = values[rows, _LEFT]
    return changed
