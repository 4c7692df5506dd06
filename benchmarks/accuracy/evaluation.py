"""Every row of the table, in order."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from benchmarks.accuracy import (
    bowling,
    jump,
    known_failures,
    noise,
    people,
    repair,
    rotated,
    swaps,
    truth,
    workouts,
)
from benchmarks.accuracy.row import Row, bounds, judged
from benchmarks.accuracy.studio import Studio

Synthetic = Callable[[int], Iterable[float]]
"""From the number of seeds to errors."""

Real = Callable[[Studio], Iterable[float]]

SEEDS = 8

SYNTHETIC: dict[str, Synthetic] = {
    **truth.CHECKS,
    **noise.CHECKS,
    **swaps.CHECKS,
    **repair.CHECKS,
    **known_failures.CHECKS,
}
SAMPLE: dict[str, Real] = {**jump.CHECKS}
LABELLED: dict[str, Real] = {
    **bowling.CHECKS,
    **workouts.CHECKS,
    **jump.LABELLED_CHECKS,
    **people.CHECKS,
    **rotated.CHECKS,
}


def rows(studio: Studio | None, *, seeds: int = SEEDS) -> Iterator[Row]:
    """Yield the rows in the order of the bounds; without a studio only those made of numbers.

    Labelled clips are left out where the studio has no folder of them.
    """
    checks: dict[str, Callable[[], Iterable[float]]] = {
        key: partial(check, seeds) for key, check in SYNTHETIC.items()
    }
    if studio is not None:
        real = SAMPLE if studio.folder is None else {**SAMPLE, **LABELLED}
        checks |= {key: partial(check, studio) for key, check in real.items()}
    for key in bounds():
        if key in checks:
            yield judged(key, checks[key])
