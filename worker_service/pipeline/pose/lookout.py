"""Watch one piece of a clip, and hand the people over to whoever watches the next.

A new landmarker may not find a person whom one that has been following still sees: upside down
in a somersault, against the light. So the lookout of a piece goes on beyond its end with those
whom the later ones do not have.
"""

import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import chain
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from worker_service.pipeline.engine import Landmarker, Person, Picture, PoseEngine
from worker_service.pipeline.pose import body
from worker_service.pipeline.pose.follow import Followers, Sighting
from worker_service.pipeline.pose.footage import FootageLog
from worker_service.pipeline.pose.sightings import Sightings, SightingsLog
from worker_service.pipeline.video.probe import VideoInfo

Opener = Callable[[Generator[Picture, None, None]], AbstractContextManager[Iterator[Picture]]]
"""Opens a part's pictures for a while: `prefetched`, or `closing` where no core is to spare."""

FIRM_PICTURES = 8
"""A person is handed over to a follower who holds on to them at least this long."""


class Part(Protocol):
    """A piece of a clip, or all of it."""

    @property
    def begin(self) -> int:
        """Index of its first picture; those before only settle the landmarkers."""
        ...

    @property
    def end(self) -> int:
        """Index of the first picture that is not its own."""
        ...

    def pictures(self) -> Generator[Picture, None, None]:
        """Yield pictures in order of time, beyond the end too."""
        ...


class InTurn:
    """One scanner for all lookouts: it has no memory of its own, takes 70 MB and is used rarely."""

    def __init__(self, scanner: Landmarker) -> None:
        self._scanner = scanner
        self._turn = threading.Lock()

    def find(self, picture: Picture) -> list[Person]:
        """Return the people in this picture, once the scanner is free."""
        with self._turn:
            return self._scanner.find(picture)


class Lookout:
    """Watches one part. Parts that follow must have been begun before this one ends."""

    def __init__(
        self,
        part: Part,
        info: VideoInfo,
        *,
        engine: PoseEngine,
        scanner: InTurn,
        following: "Lookout | None",
        opener: Opener,
    ) -> None:
        """Prepare to watch `part` and to hand over to `following`."""
        self._part = part
        self._engine = engine
        self._scanner = scanner
        self._following = following
        self._opener = opener
        self._size = np.array([info.width, info.height])
        self._log = SightingsLog(info.width, info.height)
        self.footage = FootageLog()
        self._over = threading.Event()
        self._sightings: Sightings | None = None

    def look(self) -> Generator[bool, None, None]:
        """Look at each picture; yield whether it is an own one."""
        try:
            with (
                Followers(self._engine, self._scanner) as followers,
                self._opener(self._part.pictures()) as coming,
            ):
                for picture in coming:
                    if picture.frame >= self._part.end:
                        yield from self._hand_over(followers, chain([picture], coming))
                        break
                    yield self._note(picture, followers.find(picture))
            self._sightings = self._log.finish()
        finally:
            self._over.set()

    def seen(self) -> list[Sightings]:
        """Wait until this and all later parts are over; return what was seen in each, in order.

        Empty where one of them was stopped.
        """
        self._over.wait()
        if self._sightings is None:
            return []
        later = self._following.seen() if self._following else []
        return [self._sightings, *later]

    def _note(self, picture: Picture, seen: list[Sighting]) -> bool:
        is_own = picture.frame >= self._part.begin
        if is_own:
            self._log.add(picture, seen)
            self.footage.add(picture, [sighting.person for sighting in seen])
        return is_own

    def _hand_over(self, followers: Followers, coming: Iterator[Picture]) -> Iterator[bool]:
        """Follow on until later parts have everyone, or those they do not have are lost."""
        later: list[Sightings] | None = None
        for picture in coming:
            carried = followers.follow_on(picture)
            if carried and later is None:
                later = self._following.seen() if self._following else []
            for sighting in carried[:]:
                xy_px = sighting.person.xy * self._size
                if _have_firmly(later or [], picture.frame, xy_px):
                    followers.stop_following(sighting.follower)
                    carried.remove(sighting)
            if not carried:
                return
            self._log.add(picture, carried)
            yield False


def _have_firmly(later: Sequence[Sightings], frame: int, xy_px: NDArray[np.float64]) -> bool:
    """Whether a later part's follower has this person in this picture and does not lose them."""
    for sightings in later:
        for row in np.flatnonzero(sightings.frame[sightings.picture] == frame):
            if body.is_one_person(xy_px, sightings.xy_px[row]) and _is_firm(sightings, int(row)):
                return True
    return False


def _is_firm(sightings: Sightings, row: int) -> bool:
    first = sightings.picture[row]
    last = min(first + FIRM_PICTURES, len(sightings.t_s)) - 1
    same = sightings.picture[row:][sightings.follower[row:] == sightings.follower[row]]
    return int(np.count_nonzero(same <= last)) > int(last - first)
