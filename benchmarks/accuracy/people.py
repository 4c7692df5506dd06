"""Who is there: nobody, somebody who stands still, the man among others."""

from collections.abc import Iterator

from benchmarks.accuracy.studio import Studio
from benchmarks.accuracy.whereabouts import Path, off_path, without
from shared.errors import NoPersonFound
from shared.results import Movement

MAN_ON_BEAM = Path(
    t_s=(0.0, 0.4, 0.8, 1.07, 1.33, 1.66),
    x=(0.52, 0.47, 0.49, 0.475, 0.45, 0.49),
    y=(0.375, 0.39, 0.40, 0.40, 0.40, 0.40),
)
"""His hips in two_people.mp4, read off the pictures."""


def cars(studio: Studio) -> Iterator[float]:
    """Yield 0 if the clip is refused for having nobody in it."""
    try:
        studio.analysis("cars_no_person.mp4")
    except NoPersonFound:
        yield 0.0
    else:
        yield 1.0


def standing(studio: Studio) -> Iterator[float]:
    """Yield the findings on somebody who stands still, for every movement."""
    for movement in Movement:
        results = studio.analysis("standing.mp4", movement=movement).results
        yield float(len(results.findings.findings))


def athlete(studio: Studio) -> Iterator[float]:
    """Yield 1 for every picture in which the athlete is not the man."""
    return off_path(studio.analysis("two_people.mp4", sample_fps=0).track, MAN_ON_BEAM)


def seen(studio: Studio) -> Iterator[float]:
    """Yield 1 for every picture without the man."""
    return without(studio.analysis("two_people.mp4", sample_fps=0).track, MAN_ON_BEAM)


CHECKS = {
    "cars": cars,
    "standing_still": standing,
    "two_people_athlete": athlete,
    "two_people_seen": seen,
}
