"""Follow everyone in a clip, each person with a landmarker of their own.

A landmarker for one person looks only where that person was: it is quick, and it stays with
them when somebody else comes near. Twice a second, where something has changed around those
who are followed, we cover them and look whether there is anybody else.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from worker_service.pipeline.engine import Landmarker, Person, Picture, PoseEngine
from worker_service.pipeline.pose import body
from worker_service.pipeline.pose.covering import without
from worker_service.pipeline.pose.memory import trim
from worker_service.pipeline.pose.search import Search, is_among
from worker_service.pipeline.pose.small import Nearby
from worker_service.pipeline.pose.surroundings import Surroundings

MAX_PEOPLE = 4

LOOK_EVERY_S = 0.5
LOOK_EVERY_PICTURES = 8
"""A look costs as much as following one person through one to three pictures. Whichever of the
two intervals is longer holds."""

LOOK_ANYWAY_S = 4.0
"""As often, though nothing seems to have changed: the last look may have missed somebody."""

ARRIVING_S = 1.0
"""For so long at first every look is taken: who was there from the beginning changes nothing by
being so."""

LOST_AFTER_PICTURES = 15
"""A landmarker that found nobody for so long is let go, unless it is the last one."""


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """A person in one picture, found by the follower with this number."""

    follower: int
    person: Person


@dataclass(slots=True, eq=False)
class _Follower:
    number: int
    landmarker: Landmarker
    resources: ExitStack
    person: Person | None = None
    pictures_held: int = 0
    pictures_lost: int = 0

    @property
    def is_due(self) -> bool:
        """Whether to look for the lost person again: at once, then ever more rarely."""
        return self.pictures_lost.bit_count() == 1

    def see(self, person: Person | None) -> None:
        self.person = person
        self.pictures_held = self.pictures_held + 1 if person is not None else 0
        self.pictures_lost = self.pictures_lost + 1 if person is None else 0


class Followers:
    """Everyone being followed; a context manager that closes their landmarkers."""

    def __init__(self, engine: PoseEngine, scanner: Landmarker) -> None:
        """Open the first landmarker; `scanner` finds whoever else comes and stays open."""
        self._engine = engine
        self._scanner = scanner
        self._active: list[_Follower] = []
        self._started = 0
        self._began_s: float | None = None
        self._looked_s = -LOOK_ANYWAY_S
        self._next_look_s = 0.0
        self._pictures_since_look = LOOK_EVERY_PICTURES
        self._surroundings = Surroundings()
        self._search = Search()
        with ExitStack() as resources:
            self._threads = resources.enter_context(ThreadPoolExecutor(MAX_PEOPLE))
            self._start()
            self._resources = resources.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close every landmarker."""
        for follower in self._active[:]:
            self._close(follower)
        self._resources.close()

    def find(self, picture: Picture) -> list[Sighting]:
        """Return everyone seen in the next picture; pictures come in order of time."""
        self._follow_all(picture)
        self._part(picture)
        self._let_go()
        if self._look_is_due(picture) and self._is_worth_a_look(picture):
            self._look(picture)
        elif len(self._active) < MAX_PEOPLE and self._search.is_due(picture, self._seen()):
            found = self._search.find(without(picture, self._seen()), self._scanner)
            self._follow_anew(picture, found)
        return self._sightings()

    def follow_on(self, picture: Picture) -> list[Sighting]:
        """Return those of the last picture who are seen in the next one; look for nobody else."""
        for follower in self._active[:]:
            if follower.person is None:
                self._close(follower)
        self._follow_all(picture)
        self._part(picture)
        return self._sightings()

    def stop_following(self, number: int) -> None:
        """Close the follower with this number."""
        for follower in self._active[:]:
            if follower.number == number:
                self._close(follower)

    def _sightings(self) -> list[Sighting]:
        return [Sighting(f.number, f.person) for f in self._active if f.person is not None]

    def _follow_all(self, picture: Picture) -> None:
        """Follow those who were seen last time side by side, then find those who were lost."""
        held = [follower for follower in self._active if follower.person is not None]
        lost = [follower for follower in self._active if follower.person is None]
        if len(held) == 1:
            self._follow(held[0], picture)
        else:
            list(self._threads.map(lambda follower: self._follow(follower, picture), held))
        for follower in lost:
            if not held or follower.is_due:
                self._follow(follower, picture)
            else:
                follower.see(None)

    def _follow(self, follower: _Follower, picture: Picture) -> None:
        """Find this follower's person; one who is lost is not looked for where others are."""
        shown = picture
        if follower.person is None:
            shown = without(picture, self._seen(besides=follower))
        follower.see(next(iter(follower.landmarker.find(shown)), None))

    def _let_go(self) -> None:
        """Close whoever found nobody for long; one stays, to find who comes into an empty clip."""
        for follower in self._active[:]:
            if follower.pictures_lost > LOST_AFTER_PICTURES and len(self._active) > 1:
                self._close(follower)

    def _part(self, picture: Picture) -> None:
        """Of two who follow one person, close the one who came to them later."""
        if len(self._active) == 1:
            return
        for follower in sorted(self._active, key=lambda f: f.pictures_held):
            others = self._seen(besides=follower)
            if follower.person is not None and is_among(follower.person, others, picture):
                self._close(follower)

    def _close(self, follower: _Follower) -> None:
        self._active.remove(follower)
        follower.resources.close()
        trim()

    def _look_is_due(self, picture: Picture) -> bool:
        """Whether to look; a follower who lost their person is looking already."""
        self._pictures_since_look += 1
        return (
            picture.t_s >= self._next_look_s
            and self._pictures_since_look >= LOOK_EVERY_PICTURES
            and len(self._active) < MAX_PEOPLE
            and all(follower.person is not None for follower in self._active)
        )

    def _is_worth_a_look(self, picture: Picture) -> bool:
        """Whether there may be somebody new; if not, the look is taken as done."""
        self._pictures_since_look = 0
        self._next_look_s = picture.t_s + LOOK_EVERY_S
        if self._began_s is None:
            self._began_s = picture.t_s
        if picture.t_s < self._began_s + ARRIVING_S:
            return True
        if picture.t_s >= self._looked_s + LOOK_ANYWAY_S:
            return True
        return self._surroundings.have_changed(picture, self._seen())

    def _look(self, picture: Picture) -> None:
        """Start following whoever is not followed yet."""
        self._looked_s = picture.t_s
        self._surroundings.remember(picture, self._seen())
        self._follow_anew(picture, self._scanner.find(without(picture, self._seen())))

    def _follow_anew(self, picture: Picture, found: Sequence[Person]) -> None:
        """Start a follower on each of these who is clear and not followed yet."""
        clear = [person for person in found if body.clarity(person.visibility) >= body.CLEAR]
        for person in clear[: MAX_PEOPLE - len(self._active)]:
            seen = self._seen()
            if not is_among(person, seen, picture):
                self._try_to_follow(without(picture, _without_one(found, person, seen)), person)

    def _try_to_follow(self, picture: Picture, person: Person) -> None:
        """Start a follower on the only person left in this picture; it must see them at once."""
        follower = self._start(person)
        self._follow(follower, picture)
        if follower.person is None:
            self._close(follower)

    def _start(self, person: Person | None = None) -> _Follower:
        resources = ExitStack()
        landmarker = Nearby(resources.enter_context(self._engine.tracking(1)), person)
        follower = _Follower(self._started, landmarker, resources)
        self._started += 1
        self._active.append(follower)
        return follower

    def _seen(self, besides: _Follower | None = None) -> list[Person]:
        return [f.person for f in self._active if f.person is not None and f is not besides]


def _without_one(found: Sequence[Person], person: Person, seen: Sequence[Person]) -> list[Person]:
    return [*seen, *(other for other in found if other is not person)]
