"""Where a height goes out and comes back: repetitions before anybody asks of which exercise."""

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from worker_service.pipeline.metrics.workout.cycle import Cycle, Way
from worker_service.pipeline.metrics.workout.least_jerk import least_jerk_fit, least_jerk_times
from worker_service.pipeline.signals.filters import zero_lag_lowpass
from worker_service.pipeline.signals.gaps import runs

if TYPE_CHECKING:
    from numpy.typing import NDArray

DRIVE_HZ = 6.0
"""Cut-off for the height that is counted; quick jumping jacks are at 1.5 Hz."""

COMES_BACK = 0.75
"""Share of the longer way that the shorter must reach, or the repetition is unfinished."""

FLAT = 0.05
"""Share of the way that still counts as resting: noise and breathing, not going."""

BEYOND_VIEW = 0.15
"""By which share of its duration a way may be drawn beyond what was seen. (One that never rests at
its ends, as of a pendulum, is drawn a twelfth too long on either side.)"""

OVERLAP = 0.1
"""Share of a way by which it may overlap the other through noise alone. (Something that never
rests is drawn a twelfth too long on either way, which makes a sixth.)"""

NEAR_TURN = np.linspace(0.1, 0.4, 6)
"""Shares of the way below the turn at which one that never rests is looked at: from where it is
quick enough to time it to where it still passes alike on both sides."""

LEVELS = np.linspace(0.15, 0.85, 8)
_PASSES = least_jerk_times(LEVELS)


def find_cycles(
    t_s: "NDArray[np.float64]", out: "NDArray[np.float64]", *, least: float
) -> list[Cycle]:
    """Return every way out and back of at least this length, unfinished ones included.

    Args:
        t_s: (m,) the even clock.
        out: (m,) a height, taken so that it grows towards the turn. Where it is NaN the view of a
            repetition ends as it does where the clip ends.
        least: what is shorter is noise or fidgeting.
    """
    smooth = zero_lag_lowpass(t_s, out[:, None], DRIVE_HZ)[:, 0]
    return [
        cycle
        for run in runs(np.isfinite(smooth))
        for cycle in _apart(_in_run(t_s[run], smooth[run], least))
    ]


def turning_points(curve: "NDArray[np.float64]", least: float) -> list[int]:
    """Return alternating lows and highs at least this far apart, those at the ends included."""
    low = high = 0
    rising: bool | None = None
    points: list[int] = []
    for i, value in enumerate(curve):
        low = i if value < curve[low] else low
        high = i if value > curve[high] else high
        if rising is not False and value <= curve[high] - least:
            points.append(high)
            rising, low = False, i
        elif rising is not True and value >= curve[low] + least:
            points.append(low)
            rising, high = True, i
    return points if rising is None else [*points, high if rising else low]


def _in_run(t_s: "NDArray[np.float64]", out: "NDArray[np.float64]", least: float) -> list[Cycle]:
    points = turning_points(out, least)
    if not points:
        return []
    first_is_high = int(out[points[0]] > out[points[1]])
    cycles = []
    for position in range(1 - first_is_high, len(points), 2):
        before = points[position - 1] if position else None
        after = points[position + 1] if position + 1 < len(points) else None
        cycles.append(_cycle(t_s, out, before, points[position], after))
    return cycles


def _cycle(
    t_s: "NDArray[np.float64]",
    out: "NDArray[np.float64]",
    before: int | None,
    turn: int,
    after: int | None,
) -> Cycle:
    ways = [None if rest is None else _way(t_s, out, rest, turn) for rest in (before, after)]
    travel = max(way.length for way in ways if way)
    going, coming = (
        replace(way, rest_s=None) if way and way.length < COMES_BACK * travel else way
        for way in _met(t_s, out, turn, *ways)
    )
    first, last = _stay(out, turn, travel)
    return Cycle(
        out=going or _begun(t_s, out, turn, first),
        back=coming or _begun(t_s, out, turn, last),
        seen_from_s=float(t_s[0 if before is None else before]),
        seen_to_s=float(t_s[-1 if after is None else after]),
    )


def _met(
    t_s: "NDArray[np.float64]",
    out: "NDArray[np.float64]",
    turn: int,
    going: Way | None,
    coming: Way | None,
) -> tuple[Way | None, Way | None]:
    """Let two ways that overlap meet at the turn.

    Something that never rests, as a pendulum, is not on a path of least jerk: both ways are drawn
    too long. Its turn lies in the middle of where it passes the same heights close to it.
    """
    if going is None or coming is None:
        return going, coming
    longest_s = OVERLAP * max(going.duration_s or 0.0, coming.duration_s or 0.0)
    if going.turn_s - coming.turn_s <= longest_s:
        return going, coming
    levels = out[turn] - NEAR_TURN * min(going.length, coming.length)
    until, since = slice(0, turn + 1), slice(None, turn - 1 if turn else None, -1)
    middle_s = float(
        np.mean([_passes(t_s[part], out[part], at) for at in levels for part in (until, since)])
    )
    return replace(going, turn_s=middle_s), replace(coming, turn_s=middle_s)


def _begun(
    t_s: "NDArray[np.float64]", out: "NDArray[np.float64]", turn: int, edge: int
) -> Way | None:
    """Return the way that the view cuts off, if the turn was seen to begin or end at the edge."""
    if edge in (0, len(out) - 1):
        return None
    cut = out[0] if edge <= turn else out[-1]
    return Way(rest_s=None, turn_s=float(t_s[edge]), length=float(out[turn] - cut))


def _way(t_s: "NDArray[np.float64]", out: "NDArray[np.float64]", rest: int, turn: int) -> Way:
    """Draw the path of least jerk through the times at which the levels are passed."""
    low, high = (_level(out, at, abs(out[turn] - out[rest])) for at in (rest, turn))
    step = 1 if rest < turn else -1
    between = slice(rest, turn + step if turn + step >= 0 else None, step)
    path, times = out[between], t_s[between]
    passed = [_passes(times, path, low + share * (high - low)) for share in LEVELS]
    duration_s, rest_s = (float(one) for one in np.polyfit(_PASSES, passed, 1))
    if duration_s * step <= 0:
        rest_s, duration_s = float(times[0]), float(times[-1] - times[0])
    first_s, second_s = least_jerk_fit(times, path, rest_s, rest_s + duration_s)
    return _seen(t_s, first_s, second_s, high - low)


def _seen(t_s: "NDArray[np.float64]", rest_s: float, turn_s: float, length: float) -> Way:
    """Cut a way to what was seen."""
    beyond_s = max(t_s[0] - rest_s, rest_s - t_s[-1])
    whole = beyond_s <= BEYOND_VIEW * abs(turn_s - rest_s)
    return Way(
        rest_s=float(np.clip(rest_s, t_s[0], t_s[-1])) if whole else None,
        turn_s=float(np.clip(turn_s, t_s[0], t_s[-1])),
        length=length,
    )


def _level(out: "NDArray[np.float64]", at: int, travel: float) -> float:
    """Median height of the stay around an extreme: the extreme itself is where noise is largest."""
    first, last = _stay(out, at, travel)
    return float(np.median(out[first : last + 1]))


def _stay(out: "NDArray[np.float64]", at: int, travel: float) -> tuple[int, int]:
    """Return the first and last sample that still rest around an extreme."""
    away = np.flatnonzero(np.abs(out - out[at]) > FLAT * travel)
    before, after = away[away < at], away[away > at]
    first = int(before[-1]) + 1 if len(before) else 0
    return first, int(after[0]) - 1 if len(after) else len(out) - 1


def _passes(times: "NDArray[np.float64]", path: "NDArray[np.float64]", level: float) -> float:
    """When the path passes a level for the last time, between two samples."""
    below = np.flatnonzero(path[:-1] < level)
    at = int(below[-1]) if len(below) else 0
    rise = path[at + 1] - path[at]
    share = min(1.0, max(0.0, (level - path[at]) / rise)) if rise else 0.0
    return float(times[at] + share * (times[at + 1] - times[at]))


def _apart(cycles: list[Cycle]) -> list[Cycle]:
    """Let a repetition that begins before the last one has ended begin where that one ends."""
    apart = list(cycles)
    for i, (one, other) in enumerate(pairwise(cycles)):
        if one.end_s is not None and other.start_s is not None and one.end_s > other.start_s:
            middle_s = (one.end_s + other.start_s) / 2
            ended, begun = apart[i], apart[i + 1]
            apart[i] = replace(ended, back=ended.back and replace(ended.back, rest_s=middle_s))
            apart[i + 1] = replace(begun, out=begun.out and replace(begun.out, rest_s=middle_s))
    return apart
