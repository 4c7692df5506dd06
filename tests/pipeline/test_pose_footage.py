"""What pictures tell about light, sharpness, the camera and cuts."""

import cv2
import numpy as np
import pytest

from worker_service.pipeline.engine import Person, Picture
from worker_service.pipeline.pose.footage import FootageLog, joined_footage
from worker_service.pipeline.track import LANDMARKS

WIDTH, HEIGHT = 480, 270


def scenery(seed=1, width=WIDTH, contrast=1.0):
    """A wall of blotches of all sizes and colours, sharp at the edges."""
    random = np.random.default_rng(seed)
    picture = np.full((HEIGHT, width, 3), 120, np.uint8)
    for _ in range(width // 2):
        corner = random.integers(0, (width, HEIGHT))
        size = random.integers(4, 60, 2)
        colour = (120 + contrast * random.integers(-100, 100, 3)).tolist()
        cv2.rectangle(picture, corner.tolist(), (corner + size).tolist(), colour, -1)
    return picture


def filmed(pictures, people=lambda _: [], per_s=4.0):
    return joined_footage([log_of(pictures, people, per_s)])


def log_of(pictures, people=lambda _: [], per_s=4.0, first=0):
    log = FootageLog()
    for index, rgb in enumerate(pictures, first):
        log.add(Picture(index, index / per_s, np.ascontiguousarray(rgb)), people(index))
    return log


def panned(widths_per_s, seed=1, count=6):
    """A camera that turns past a wall three pictures wide."""
    wall = scenery(seed, width=3 * WIDTH)
    starts = (np.arange(count) * widths_per_s / 4.0 * WIDTH).astype(int)
    return [wall[:, start : start + WIDTH] for start in starts]


def walker(index):
    """A person as tall as the picture, who crosses it."""
    left = 0.05 + 0.1 * index
    xy = np.random.default_rng(2).uniform((left, 0.1), (left + 0.3, 0.95), (len(LANDMARKS), 2))
    return Person(xy, np.full(len(LANDMARKS), 0.9), np.zeros((len(LANDMARKS), 3)))


def with_walker(index):
    picture = scenery()
    left = int((0.05 + 0.1 * index) * WIDTH)
    stripes = np.random.default_rng(3).integers(0, 255, (230, 144, 3))
    picture[27:257, left : left + 144] = cv2.blur(stripes.astype(np.uint8), (5, 5))
    return picture


def test_a_sharp_picture_in_daylight_has_nothing_wrong():
    footage = filmed([scenery()] * 4)
    assert footage.dark.max() < 0.1
    assert footage.white.max() < 0.1
    assert footage.blur.max() < 0.4
    assert np.nanmax(footage.camera_speed) == 0.0
    assert footage.cuts_s == ()


def test_dark_and_burnt_out_pictures_are_known_by_their_share():
    assert filmed([(scenery() * 0.08).astype(np.uint8)]).dark[0] > 0.9
    assert filmed([np.full((HEIGHT, WIDTH, 3), 255, np.uint8)]).white[0] == 1.0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_blur_grows_with_the_width_of_an_edge(seed):
    sharp = scenery(seed)
    blurs = [filmed([cv2.GaussianBlur(sharp, (0, 0), sigma)]).blur[0] for sigma in (1, 2, 4)]
    assert filmed([sharp]).blur[0] < blurs[0] < blurs[1] < blurs[2]
    assert blurs[2] > 0.6


def test_little_contrast_is_not_blur():
    plain, rich = (filmed([scenery(contrast=contrast)]).blur[0] for contrast in (0.2, 1.0))
    assert plain == pytest.approx(rich, abs=0.1)


def test_a_picture_of_nothing_is_neither_sharp_nor_blurred():
    assert np.isnan(filmed([np.full((HEIGHT, WIDTH, 3), 120, np.uint8)]).blur[0])


@pytest.mark.parametrize("widths_per_s", [0.1, 0.3, 0.8])
def test_a_pan_is_as_fast_as_it_is_and_no_cut(widths_per_s):
    footage = filmed(panned(widths_per_s))
    assert footage.camera_speed[1:] == pytest.approx(widths_per_s, rel=0.1)
    assert footage.cuts_s == ()


def test_an_athlete_who_crosses_the_picture_moves_no_camera():
    footage = filmed([with_walker(i) for i in range(6)], people=lambda i: [walker(i)])
    assert np.nanmax(footage.camera_speed) < 0.02
    assert footage.cuts_s == ()


def test_somebody_nobody_noticed_moves_no_camera_either():
    assert np.nanmax(filmed([with_walker(i) for i in range(6)]).camera_speed) < 0.02


def test_a_camera_behind_an_athlete_who_fills_the_picture_is_unknown():
    everywhere = Person(
        np.array([[0.0, 0.0], [1.0, 1.0]] * 16 + [[0.5, 0.5]]), np.ones(33), np.zeros((33, 3))
    )
    assert np.isnan(filmed(panned(0.3), people=lambda _: [everywhere]).camera_speed).all()


def test_a_cut_is_found_and_is_no_camera_motion():
    footage = filmed([scenery(1)] * 3 + [scenery(2)] * 3)
    assert footage.cuts_s == (0.625,)
    assert np.nanmax(footage.camera_speed) == 0.0


def test_a_lamp_that_goes_on_is_no_cut():
    assert filmed([scenery(contrast=0.5)] * 2 + [scenery(contrast=0.5) + 60] * 2).cuts_s == ()


def test_about_four_pictures_a_second_are_looked_at():
    assert len(filmed([scenery()] * 60, per_s=30.0).t_s) == 8
    assert len(filmed([scenery()] * 4, per_s=2.0).t_s) == 4


def test_parts_make_the_same_footage_as_the_whole():
    pictures = panned(0.2, count=3) + [scenery(5)] * 3 + [scenery(6)] * 2
    whole = filmed(pictures)
    for cut in (2, 3, 4):
        parts = joined_footage(
            [log_of(pictures[:cut]), FootageLog(), log_of(pictures[cut:], first=cut)]
        )
        for name in ("t_s", "dark", "white", "blur", "camera_speed"):
            assert getattr(parts, name) == pytest.approx(getattr(whole, name), nan_ok=True)
        assert parts.cuts_s == whole.cuts_s


def test_a_clip_without_pictures_has_no_footage():
    assert len(joined_footage([FootageLog()]).t_s) == 0
