"""Where a clip is cut, so that its pieces can be looked at side by side.

The cuts follow from the file alone, never from the machine: the same clip gives the same
result on one core and on four.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from worker_service.pipeline.video.index import PictureIndex

MAX_PIECE_S = 30.0
"""Every piece costs a new landmarker for each person and a warm-up, about 0.3 s of work. Old ones
cannot be had back: over an empty picture they lose the person, but not the smoothed visibilities.
Shorter pieces would let two cores finish more nearly together."""

MIN_PIECE_S = 2.0
MIN_PIECE_PICTURES = 45
"""A clip that gives pieces shorter than one of these stays whole."""

WARM_UP_S = 0.2
WARM_UP_PICTURES = 12
"""After so many pictures a new landmarker agrees with one that has been following for long to
0.003 body lengths, its usual scatter, at 30 and at 60 pictures a second."""

RUN_IN_PICTURES = 20
"""Decoded before a piece, so that repeated pictures are told as in the whole clip: the spotter
remembers sixteen, and a few more settle how many came in a row."""

SHIFT = 0.2
"""How far a cut may be moved, in lengths of a piece, so that two pieces take the same time."""

HAND_OVER_PICTURES = 9
"""How far a piece usually goes on beyond its end, until the next one has everybody firmly."""

PIXELS_A_LANDMARKER = 7.2e6
"""Pixels of H.264 decoded in the time that a landmarker takes for one picture, on one core."""

MAX_RUN_IN = 1.0 + SHIFT
"""A cut that needs more than this decoded in vain, in lengths of a piece, is left out: key frames
are too rare there. Up to that it pays, as decoding is less than half of the work."""


def settle_s(rate_hz: float) -> float:
    """Return how long before its first picture a new landmarker has to begin."""
    return max(WARM_UP_S, WARM_UP_PICTURES / rate_hz)


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a clip, in positions of its index.

    Attributes:
        key: which key frame decoding begins at, in the index's `keys`.
        warm_up: pictures from here on are for the landmarkers to settle.
        begin, end: the piece's own pictures, `end` excluded.
    """

    key: int
    warm_up: int
    begin: int
    end: int


def cut(index: PictureIndex, grid_hz: float, *, pixels: int) -> list[Piece]:
    """Return the pieces of a clip, each of its pictures in exactly one, in order of time.

    `grid_hz` is the rate at which the clip will be sampled; 0 means every picture. `pixels` is
    the size of one of them.
    """
    count = _how_many(index, grid_hz)
    piece_s = index.duration_s / count
    begins = [0]
    for cut_s in np.arange(1, count) * piece_s:
        begin = _begin(index, cut_s, grid_hz, shift_s=SHIFT * piece_s, pixels=pixels)
        key = int(index.keys[_key(index, begin, grid_hz)])
        is_near_key = index.t_s[begin] - index.t_s[key] <= MAX_RUN_IN * piece_s
        if is_near_key and begin > begins[-1]:  # in a gap, several cuts fall on one picture
            begins.append(begin)
    return [
        Piece(_key(index, begin, grid_hz), _warm_up(index, begin, grid_hz), begin, end)
        for begin, end in pairwise([*begins, len(index)])
    ]


def window(index: PictureIndex, start_s: float, end_s: float, *, warm_up_s: float) -> Piece:
    """Return every picture from one time of a clip up to another, `end_s` excluded, as a piece."""
    times = [start_s - warm_up_s, start_s, end_s]
    warm_up, begin, end = np.searchsorted(index.t_s, times).tolist()
    return Piece(_key_before(index, warm_up, begin), warm_up, begin, end)


def _how_many(index: PictureIndex, grid_hz: float) -> int:
    """Count an even number, so that two cores finish together; one for a short clip."""
    count = 2 * int(np.ceil(index.duration_s / (2 * MAX_PIECE_S)))
    long_enough = index.duration_s >= count * MIN_PIECE_S
    worth_it = long_enough and _sampled(index, grid_hz) >= count * MIN_PIECE_PICTURES
    return count if worth_it else 1


def _sampled(index: PictureIndex, grid_hz: float) -> float:
    """How many pictures will be looked at, about."""
    return index.duration_s * grid_hz if grid_hz else float(len(index))


def _begin(
    index: PictureIndex, cut_s: float, grid_hz: float, *, shift_s: float, pixels: int
) -> int:
    """Return where to cut, near `cut_s`, so that the pieces on both sides take the same time.

    The piece before goes on beyond the cut; the one after decodes its run-in and warms up.
    """
    first, cut, last = np.searchsorted(index.t_s, [cut_s - shift_s, cut_s, cut_s + shift_s])
    begins = np.arange(first, max(last, first + 1)).clip(max=len(index) - 1)
    run_in = begins - [index.keys[_key(index, begin, grid_hz)] for begin in begins]
    looked_at = _sampled(index, grid_hz) / len(index)
    decoding = pixels / (pixels + PIXELS_A_LANDMARKER * looked_at)
    before = begins - cut + HAND_OVER_PICTURES / looked_at
    after = cut - begins + decoding * run_in + (1 - decoding) * WARM_UP_PICTURES / looked_at
    return int(begins[np.maximum(before, after).argmin()])


def _warm_up(index: PictureIndex, begin: int, grid_hz: float) -> int:
    """Return the first picture of the warm-up before a piece."""
    settling_s = settle_s(grid_hz) if grid_hz else WARM_UP_S
    early_enough = int(np.searchsorted(index.t_s, index.t_s[begin] - settling_s))
    return max(0, min(early_enough, begin - WARM_UP_PICTURES))


def _key(index: PictureIndex, begin: int, grid_hz: float) -> int:
    """Return the last key frame early enough for a piece."""
    return _key_before(index, _warm_up(index, begin, grid_hz), begin)


def _key_before(index: PictureIndex, warm_up: int, begin: int) -> int:
    run_in = min(warm_up, max(0, begin - RUN_IN_PICTURES))
    return int(np.searchsorted(index.keys, run_in, side="right")) - 1
