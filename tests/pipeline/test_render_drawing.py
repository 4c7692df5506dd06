"""What is drawn into one picture, and where."""

from dataclasses import replace

import numpy as np
import pytest

from shared.renditions.document import RenderOptions
from tests.pipeline.drawn import an_event, standing_track
from worker_service.pipeline.drawing.canvas import Canvas, colour_of
from worker_service.pipeline.engine import Picture
from worker_service.pipeline.render.artist import Artist
from worker_service.pipeline.track import INDEX, Origin

WIDTH, HEIGHT = 640, 480
GREY = np.full((HEIGHT, WIDTH, 3), 100, np.uint8)
NOTHING = dict.fromkeys(("show_skeleton", "show_keypoints"), False)

TRACK = standing_track([0.0, 0.1, 0.2], WIDTH, HEIGHT)


def artist(track=TRACK, events=(), size=(WIDTH, HEIGHT), **options):
    return Artist.of(track, events, RenderOptions(**(NOTHING | options)), size)


def drawn(t_s=0.1, track=TRACK, events=(), **options):
    """Where the picture was changed, and what it is now."""
    rgb = artist(track, events, **options).drawn(Picture(0, t_s, GREY))
    return (rgb != GREY).any(axis=2), rgb


def at(name, track=TRACK):
    return np.round(track.xy_px[1, INDEX[name]]).astype(int)


def without(track, rows, landmarks=slice(None)):
    """The track with landmarks lost in some of its pictures."""
    xy_px, visibility, origin = track.xy_px.copy(), track.visibility.copy(), track.origin.copy()
    xy_px[rows, landmarks], visibility[rows, landmarks] = np.nan, 0.0
    origin[rows, landmarks] = Origin.MISSING
    return replace(track, xy_px=xy_px, visibility=visibility, origin=origin)


def test_nothing_is_drawn_that_was_not_asked_for():
    changed, _ = drawn()
    assert not changed.any()


def test_the_skeleton_lies_where_the_landmarks_are():
    changed, rgb = drawn(show_skeleton=True)
    knee, ankle = at("left_knee"), at("left_ankle")
    x, y = (knee + ankle) // 2
    assert changed[y, x]
    assert rgb[y, x] == pytest.approx(colour_of(0.95), abs=8)
    assert not changed[:, : WIDTH // 4].any()


def test_lines_are_green_where_the_model_is_sure_and_red_where_it_is_not():
    red, green = colour_of(0.3), colour_of(0.95)
    assert (red[0] > red[1], green[1] > green[0]) == (True, True)
    x, y = (at("left_knee") + at("left_ankle")) // 2
    unsure = standing_track([0.0, 0.1, 0.2], WIDTH, HEIGHT, visibility=0.3)
    assert drawn(track=unsure, show_skeleton=True)[1][y, x] == pytest.approx(red, abs=8)


def test_key_points_are_discs_on_the_joints():
    changed, _ = drawn(show_keypoints=True)
    for name in ("nose", "left_wrist", "right_ankle"):
        x, y = at(name)
        assert changed[y - 1 : y + 2, x - 1 : x + 2].all()
    x, y = (at("left_knee") + at("left_ankle")) // 2
    assert not changed[y, x]


def test_landmarks_that_are_lost_or_guessed_are_not_drawn():
    lost = without(TRACK, slice(None), INDEX["left_ankle"])
    guessed = standing_track([0.0, 0.1, 0.2], WIDTH, HEIGHT, visibility=0.1)
    x, y = at("left_ankle")
    assert not drawn(track=lost, show_keypoints=True)[0][y, x]
    assert not drawn(track=guessed, show_keypoints=True, show_skeleton=True)[0].any()


def test_a_body_is_drawn_between_samples_but_not_over_a_gap():
    track = standing_track([0.0, 0.2, 1.0], WIDTH, HEIGHT)
    shown = {t_s: drawn(t_s, track, show_skeleton=True)[0].any() for t_s in (0.1, 0.6, 1.04, 1.2)}
    assert shown == {0.1: True, 0.6: False, 1.04: True, 1.2: False}


def test_between_samples_a_body_moves_on():
    moved = TRACK.xy_px.copy()
    moved[2] += [100, 0]
    track = replace(TRACK, xy_px=moved)
    changed, _ = drawn(0.15, track, show_keypoints=True)
    x, y = at("nose")
    assert changed[y, x + 50]
    assert not changed[y, x]


def test_the_drawing_is_scaled_with_the_picture():
    small = Picture(0, 0.1, GREY[: HEIGHT // 2, : WIDTH // 2])
    size = (WIDTH // 2, HEIGHT // 2)
    rgb = artist(size=size, show_keypoints=True).drawn(small)
    x, y = at("left_ankle") // 2
    assert (rgb[y, x] != 100).any()


@pytest.mark.parametrize("option", ["show_bbox", "show_confidence", "show_angles"])
def test_an_option_draws_beside_the_athlete(option):
    changed, _ = drawn(**{option: True})
    rows, columns = np.nonzero(changed)
    assert 0 < changed.sum() < 0.1 * changed.size
    assert columns.min() > WIDTH / 4
    if option == "show_confidence":
        assert rows.max() < at("nose")[1]


def test_nothing_is_drawn_while_nobody_is_seen():
    everything = {"show_skeleton", "show_keypoints", "show_bbox", "show_confidence", "show_angles"}
    changed, _ = drawn(track=without(TRACK, slice(None)), **dict.fromkeys(everything, True))
    assert not changed.any()


def test_a_caption_stands_while_its_event_is_near():
    events = [an_event("foot_contact", 1.0, side="left"), an_event("toe_off", 1.2)]
    shown = {t_s: drawn(t_s, events=events)[0].any() for t_s in (0.8, 0.9, 1.0, 1.34, 1.36)}
    assert shown == {0.8: False, 0.9: True, 1.0: True, 1.34: True, 1.36: False}


def test_a_caption_does_not_hide_the_feet():
    distant = replace(TRACK, xy_px=0.6 * TRACK.xy_px)
    for track, top in ((distant, False), (TRACK, True)):
        rows, _ = np.nonzero(drawn(0.1, track, events=[an_event("landing", 0.1)])[0])
        assert (rows.max() < HEIGHT / 2) == top


def test_labels_stay_within_the_picture_or_are_left_out():
    rgb = np.zeros((40, 60, 3), np.uint8)
    Canvas(rgb, 1.0).chip("7°", np.array([200.0, -50.0]))
    assert rgb[:, 30:].any()
    tiny = np.zeros((8, 8, 3), np.uint8)
    Canvas(tiny, 1.0).chip("Front foot contact", np.array([4.0, 4.0]))
    assert not tiny.any()


def test_labels_do_not_cover_one_another():
    canvas = Canvas(np.zeros((100, 100, 3), np.uint8), 1.0)
    canvas.chip("90°", np.array([50.0, 50.0]))
    assert not canvas.is_free("91°", np.array([52.0, 52.0]))
    assert canvas.is_free("91°", np.array([50.0, 80.0]))
