"""Pictures with coloured boxes for people, and an engine that finds them by looking."""

from contextlib import contextmanager

import cv2
import numpy as np

from worker_service.pipeline.engine import Person, Picture
from worker_service.pipeline.pose.synthetic_engine import squatting_body
from worker_service.pipeline.track import LANDMARKS

GROUND = (90, 90, 90)
RED, GREEN, BLUE = (250, 0, 0), (0, 250, 0), (0, 0, 250)


def scene(index, boxes, *, fps=30.0, size=(320, 240)):
    """A picture with a box for every (colour, centre x, foot y, height)."""
    rgb = np.full((size[1], size[0], 3), GROUND, np.uint8)
    for colour, x, foot, height in boxes:
        top_left = (round(x - height / 8), round(foot - height))
        cv2.rectangle(rgb, top_left, (round(x + height / 8), round(foot)), colour, -1)
    return Picture(frame=index, t_s=index / fps, rgb=rgb)


class BoxEngine:
    """Sees a standing person in every saturated box; tracks the nearest one, like MediaPipe.

    A tracker that has lost its person takes the largest box anywhere.
    """

    name = "boxes"
    device = "cpu"
    model = None

    def __init__(self):
        self.open = 0
        self.looks = 0

    @contextmanager
    def tracking(self, max_people):
        with self._counted():
            yield _Tracker(self)

    @contextmanager
    def scanning(self, max_people):
        with self._counted():
            yield _Scanner(self)

    def people_in(self, picture):
        """Everyone this engine can see in a picture, the largest first."""
        return boxes_in(picture)

    @contextmanager
    def _counted(self):
        self.open += 1
        try:
            yield
        finally:
            self.open -= 1


class _Scanner:
    def __init__(self, engine):
        self._engine = engine

    def find(self, picture):
        self._engine.looks += 1
        return self._engine.people_in(picture)


class _Tracker:
    def __init__(self, engine):
        self._engine = engine
        self._last = None

    def find(self, picture):
        people = self._engine.people_in(picture)
        if self._last is not None:
            near = [p for p in people if np.abs(p.xy.mean(0) - self._last).max() < 0.1]
            people = sorted(near, key=lambda p: np.abs(p.xy.mean(0) - self._last).max())
        self._last = people[0].xy.mean(0) if people else None
        return people[:1]


def boxes_in(picture):
    """People standing in the saturated boxes of a picture, the largest first."""
    spread = picture.rgb.max(axis=2).astype(int) - picture.rgb.min(axis=2)
    count, _, stats, _ = cv2.connectedComponentsWithStats((spread > 120).astype(np.uint8))
    boxes = sorted(stats[1:count].tolist(), key=lambda box: -box[4])
    return [_standing(picture, box) for box in boxes if box[3] > 20]


def _standing(picture, box):
    left, top, width, height, _ = box
    picture_height, picture_width, _ = picture.rgb.shape
    body = squatting_body(0.0)
    feet_px = np.array([left + width / 2, top + height])
    xy_px = feet_px + body[:, :2] * height / 0.96
    return Person(
        xy=xy_px / [picture_width, picture_height],
        visibility=np.full(len(LANDMARKS), 0.9),
        world_m=body * 1.75,
    )
