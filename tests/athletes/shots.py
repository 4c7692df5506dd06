"""Which moment of a movement each picture of a clip shows, and when it is shown.

Every clock of a phone or an editor is one function from shots to shots.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: shown at a time of the video, taken at a moment of the movement."""

    shown_s: float
    real_s: float


def steady(count: int, fps: float = 30.0, *, from_s: float = 0.0) -> list[Shot]:
    """Return a clip that shows everything as it happened."""
    return [Shot(index / fps, from_s + index / fps) for index in range(count)]


def uneven(times_s: Sequence[float]) -> list[Shot]:
    """Return a clip of variable rate."""
    return [Shot(t_s, t_s) for t_s in times_s]


def with_repeats(shots: Sequence[Shot], every: int) -> list[Shot]:
    """Let each `every`-th picture show once more what the one before it showed."""
    return [
        replace(shot, real_s=shots[index - 1].real_s) if index and index % every == 0 else shot
        for index, shot in enumerate(shots)
    ]


def slowed_from(begin_s: float, factor: float, *, count: int, fps: float = 30.0) -> list[Shot]:
    """Return a clip whose pictures are taken `factor` times as often from `begin_s` on."""
    shown = [index / fps for index in range(count)]
    return [Shot(t, t if t <= begin_s else begin_s + (t - begin_s) / factor) for t in shown]


def spread_from(
    begin_s: float, factor: float, *, real_duration_s: float, fps: float = 30.0
) -> list[Shot]:
    """Return a clip whose pictures are shown `factor` times as far apart from `begin_s` on."""
    real = [index / fps for index in range(round(real_duration_s * fps))]
    return [Shot(t if t <= begin_s else begin_s + (t - begin_s) * factor, t) for t in real]
