"""Look at every picture of a short stretch, for the athlete alone.

The landmarker sees a crop that goes along with the athlete as a coarse look saw them move, so
that it neither loses them where they are fast nor has much else to see. Others are painted over
until it has found the athlete, and what it finds is checked against the coarse look.
"""

from collections.abc import Generator, Iterable

import numpy as np
from numpy.typing import NDArray

from shared.results import Stretch
from worker_service.pipeline.engine import Box, Landmarker, Person, Picture, PoseEngine
from worker_service.pipeline.pose import body
from worker_service.pipeline.pose.covering import without
from worker_service.pipeline.pose.crop import cropped, in_crop, in_whole
from worker_service.pipeline.pose.follow import Sighting
from worker_service.pipeline.pose.people import REACH, SPEED
from worker_service.pipeline.pose.sightings import Sightings, SightingsLog
from worker_service.pipeline.pose.whereabouts import Whereabouts
from worker_service.pipeline.video.pieces import settle_s
from worker_service.pipeline.video.probe import VideoInfo
from worker_service.pipeline.video.shot import LONG_SIDE_PX

MARGIN = 0.5
"""Room beyond the furthest limb seen, in body lengths: between two coarse pictures a hand goes
further, and the landmarker looks at a square around the whole body."""

OFTEN_SEEN_S = 0.1
"""Further from a coarse sighting the landmarker must be as sure of a person as one who is new."""


class CloseUp:
    """One stretch of a clip."""

    def __init__(
        self, stretch: Stretch, whereabouts: Whereabouts, info: VideoInfo, engine: PoseEngine
    ) -> None:
        """Prepare to look at `stretch`, its end excluded."""
        self._stretch = stretch
        self._begins_s = stretch.start_s - settle_s(info.source_fps)
        self._whereabouts = whereabouts
        self._engine = engine
        self._size = np.array([info.width, info.height])
        self._crop_px = self._crop_size()
        self._log = SightingsLog(info.width, info.height)
        self._cover: list[Person] | None = []

    @property
    def seen(self) -> Sightings:
        """Every picture of the stretch that was looked at, and the athlete in it if found."""
        return self._log.finish()

    def look(self, pictures: Iterable[Picture]) -> Generator[bool, None, None]:
        """Look at each picture from the warm-up on; yield whether it is the stretch's own.

        Takes one picture beyond the end, if there is one.
        """
        with self._engine.tracking(1) as landmarker:
            for picture in pictures:
                if picture.t_s >= self._stretch.end_s:
                    return
                if picture.t_s < self._begins_s:
                    continue
                person = self._find(landmarker, picture)
                is_own = picture.t_s >= self._stretch.start_s
                if is_own:
                    self._log.add(picture, [Sighting(0, person)] if person else [])
                yield is_own

    def _crop_size(self) -> NDArray[np.int64]:
        """(2,) pixels around the middle of the trunk that hold the athlete wherever they are."""
        athlete, end_s = self._whereabouts.athlete, self._stretch.end_s
        xy_px = athlete.between(self._begins_s, end_s)
        if not len(xy_px):
            xy_px = athlete.at((self._begins_s + end_s) / 2)[None]
        reach_px = np.abs(xy_px - body.centre(xy_px)[:, None]).max(axis=(0, 1))
        half_px = reach_px + MARGIN * body.length(xy_px).max()
        return np.asarray(np.minimum(2 * np.ceil(half_px), self._size), dtype=np.int64)

    def _box_at(self, t_s: float) -> Box:
        """Return where the crop is, in whole pixels and inside the picture."""
        middle = body.centre(self._whereabouts.athlete.at(t_s))
        corner = np.round(middle - self._crop_px / 2).clip(0, self._size - self._crop_px)
        x, y = (corner / self._size).tolist()
        width, height = (self._crop_px / self._size).tolist()
        return Box(x, y, width, height)

    def _find(self, landmarker: Landmarker, picture: Picture) -> Person | None:
        """Return the athlete in the whole picture's coordinates."""
        box = self._box_at(picture.t_s)
        shown = cropped(picture, box, long_side_px=LONG_SIDE_PX)
        if self._cover is not None:
            others = [_outline(xy_px / self._size) for xy_px in self._others_at(picture.t_s)]
            covered = [in_crop(person, box) for person in [*others, *self._cover]]
            shown = without(shown, covered)
        found = [in_whole(person, box) for person in landmarker.find(shown)]
        athlete = next((one for one in found if self._is_the_athlete(one, picture.t_s)), None)
        self._cover = None if athlete else found
        return athlete

    def _others_at(self, t_s: float) -> list[NDArray[np.floating]]:
        return self._whereabouts.others_at(t_s)

    def _is_the_athlete(self, person: Person, t_s: float) -> bool:
        """Whether somebody is where the athlete must be, and nobody else is."""
        xy_px = person.xy * self._size
        expected, off_s = self._whereabouts.athlete.at(t_s), self._whereabouts.athlete.off_s(t_s)
        if off_s > OFTEN_SEEN_S and body.clarity(person.visibility) < body.CLEAR:
            return False
        apart = _apart(xy_px, expected)
        reach = min(body.SAME_PERSON + SPEED * off_s, REACH)
        if apart > reach * max(float(body.length(xy_px)), float(body.length(expected))):
            return False
        return all(_apart(xy_px, one) > apart for one in self._others_at(t_s))


def _apart(xy_px: NDArray[np.floating], other_px: NDArray[np.floating]) -> float:
    return float(np.linalg.norm(body.centre(xy_px) - body.centre(other_px)))


def _outline(xy: NDArray[np.floating]) -> Person:
    """A person of whom only the place is known."""
    return Person(xy=np.asarray(xy), visibility=np.ones(len(xy)), world_m=np.zeros((len(xy), 3)))
