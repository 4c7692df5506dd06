"""An engine that reads generated athletes back from the pixels of a decoded picture."""

import cv2
import numpy as np

from tests.athletes.video import HUES, MARKED
from tests.pipeline.coloured_people import BoxEngine
from worker_service.pipeline.engine import Person
from worker_service.pipeline.track import INDEX, LANDMARKS

SATURATED, WHITE = 150, 200
FEWEST_PIXELS = 3
MOST_HUE_OFF = 4
LEAST_SHARE_OF_MARKERS = 0.5
SEEN, GUESSED = 0.95, 0.2
HEIGHT_M = 1.6
"""Nose to heel of the athletes in `body.py`."""


class MarkerEngine(BoxEngine):
    """Sees whoever wears markers; a marker hidden by its counterpart is taken to be there too."""

    name = "markers"

    def people_in(self, picture):
        hue, saturation, value = cv2.split(cv2.cvtColor(picture.rgb, cv2.COLOR_RGB2HSV))
        coloured = (saturation > SATURATED) & (value > SATURATED)
        figure = coloured | (picture.rgb.min(axis=2) > WHITE)
        joined = cv2.dilate(figure.astype(np.uint8), np.ones((5, 5), np.uint8))
        count, bodies, stats, _ = cv2.connectedComponentsWithStats(joined)
        largest_first = sorted(range(1, count), key=lambda one: -stats[one, cv2.CC_STAT_AREA])
        people = [_person(picture, hue, coloured & (bodies == one)) for one in largest_first]
        return [person for person in people if person is not None]


def _person(picture, hue, coloured):
    rows, columns = np.nonzero(coloured)
    hues = hue[rows, columns].astype(int)
    off = np.abs((hues[:, None] - np.array([HUES[name] for name in MARKED]) + 90) % 180 - 90)
    which = np.where(off.min(axis=1) <= MOST_HUE_OFF, off.argmin(axis=1), -1)
    xy_px = np.full((len(LANDMARKS), 2), np.nan)
    for position, name in enumerate(MARKED):
        mine = which == position
        if mine.sum() >= FEWEST_PIXELS:
            xy_px[INDEX[name]] = np.median(columns[mine]) + 0.5, np.median(rows[mine]) + 0.5
    seen = np.isfinite(xy_px[:, 0])
    if seen[[INDEX[name] for name in MARKED]].mean() < LEAST_SHARE_OF_MARKERS:
        return None
    return _whole(picture, xy_px, seen)


def _whole(picture, xy_px, seen):
    """Put what is hidden behind its counterpart, else in the middle of the body."""
    middle = np.nanmean(xy_px, axis=0)
    visibility = np.where(seen, SEEN, GUESSED)
    for name in LANDMARKS:
        stands_for = _marker_of(name)
        xy_px[INDEX[name]] = xy_px[INDEX[stands_for]]
        visibility[INDEX[name]] = visibility[INDEX[stands_for]]
    for name in LANDMARKS:
        if np.isnan(xy_px[INDEX[name], 0]):
            counterpart = xy_px[INDEX[_other_side(name)]]
            xy_px[INDEX[name]] = middle if np.isnan(counterpart[0]) else counterpart
    height, width, _ = picture.rgb.shape
    hips = (xy_px[INDEX["left_hip"]] + xy_px[INDEX["right_hip"]]) / 2
    metres = (xy_px - hips) * HEIGHT_M / max(1.0, float(np.ptp(xy_px[:, 1])))
    return Person(
        xy=xy_px / [width, height],
        visibility=visibility,
        world_m=np.column_stack([metres, np.zeros(len(LANDMARKS))]),
    )


def _marker_of(name):
    if name in MARKED:
        return name
    is_finger = name.split("_")[-1] in {"pinky", "index", "thumb"}
    return f"{name.split('_')[0]}_wrist" if is_finger else "nose"


def _other_side(name):
    left, right = name.replace("left", "right"), name.replace("right", "left")
    return left if left != name else right
