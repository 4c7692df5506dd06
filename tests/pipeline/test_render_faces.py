"""A blurred face cannot be made out in any picture of a rendition."""

from dataclasses import replace

import av
import numpy as np
import pytest

from shared.renditions.document import RenderOptions
from tests.files.clips import make_clip
from tests.pipeline.drawn import results_with, standing_track
from tests.pipeline.test_render_drawing import without
from worker_service.pipeline.engine import Picture
from worker_service.pipeline.render.artist import Artist
from worker_service.pipeline.render.heads import Heads
from worker_service.pipeline.render.rendering import render
from worker_service.pipeline.track import INDEX

WIDTH, HEIGHT = 320, 240
NOISE = np.random.default_rng(7).integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8)
BLURRED = RenderOptions(show_skeleton=False, show_keypoints=False, blur_faces=True)

TIMES_S = np.arange(0, 8, 0.1)
TRACK = standing_track(TIMES_S.tolist(), WIDTH, HEIGHT)
NOSE_X, NOSE_Y = np.round(TRACK.xy_px[0, INDEX["nose"]]).astype(int)
EAR_X, EAR_Y = np.round(TRACK.xy_px[0, INDEX["left_ear"]]).astype(int)


def cleared(t_s, track=TRACK):
    artist = Artist.of(track, (), BLURRED, (WIDTH, HEIGHT))
    return artist.cleared(Picture(0, t_s, NOISE)).rgb


def detail(rgb, x=NOSE_X, y=NOSE_Y):
    """How much neighbouring pixels differ around a place."""
    patch = rgb[y - 4 : y + 5, x - 4 : x + 5].astype(int)
    return np.abs(np.diff(patch, axis=0)).mean()


def is_covered(t_s, track=TRACK):
    return detail(cleared(t_s, track)) < 0.2 * detail(NOISE)


def test_nothing_is_left_of_a_face_and_the_rest_stays():
    rgb = cleared(1.0)
    assert detail(rgb) < 0.2 * detail(NOISE)
    assert detail(rgb, EAR_X, EAR_Y) < 0.2 * detail(NOISE)
    body = NOSE_Y + round(0.2 * HEIGHT)
    assert np.array_equal(rgb[body:], NOISE[body:])
    assert not np.array_equal(NOISE, rgb)


def test_without_the_option_faces_stay():
    artist = Artist.of(TRACK, (), RenderOptions(), (WIDTH, HEIGHT))
    assert np.array_equal(artist.cleared(Picture(0, 1.0, NOISE)).rgb, NOISE)


def test_a_head_stays_covered_while_it_is_lost():
    lost = (TIMES_S > 2) & (TIMES_S < 4.5)
    track = without(TRACK, lost)
    assert all(is_covered(t_s, track) for t_s in (1.95, 2.5, 3.2, 4.0, 4.6))


def test_a_head_stays_covered_a_moment_before_and_after_it_is_seen():
    seen = (TIMES_S > 3) & (TIMES_S < 4)
    track = without(TRACK, ~seen)
    covered = {t_s: is_covered(t_s, track) for t_s in (1.5, 2.2, 3.5, 4.8, 6.0)}
    assert covered == {1.5: False, 2.2: True, 3.5: True, 4.8: True, 6.0: False}
    assert not is_covered(3.5, without(TRACK, slice(None)))


def test_a_head_does_not_move_through_a_cut():
    half = len(TIMES_S) // 2
    moved = TRACK.xy_px.copy()
    moved[half:] += [120, 0]
    lost = (TIMES_S > 3.2) & (TIMES_S < 4.8)
    track = without(replace(TRACK, xy_px=moved, breaks_s=(4.0,)), lost)
    heads = Heads(track, WIDTH, HEIGHT)
    assert [round(head.x_px) if (head := heads.at(t)) else None for t in (3.7, 4.3)] == (
        pytest.approx([WIDTH / 2, WIDTH / 2 + 120], abs=1)
    )


def test_a_head_is_larger_the_longer_it_was_not_seen():
    track = without(TRACK, (TIMES_S > 2) & (TIMES_S < 4))
    heads = Heads(track, WIDTH, HEIGHT)
    sizes = [head.half_height_px for t in (1.0, 2.5, 3.0) if (head := heads.at(t))]
    assert sizes == sorted(sizes)
    assert sizes[2] > 1.5 * sizes[0]


def test_a_head_at_the_edge_and_one_beyond_it_do_no_harm():
    for beyond in (NOSE_X, 2 * WIDTH):
        track = replace(TRACK, xy_px=TRACK.xy_px + np.array([beyond, 0]))
        assert cleared(1.0, track).shape == NOISE.shape


def test_both_films_are_blurred(tmp_path):
    clip = make_clip(tmp_path / "clip.mp4", frames=4, draw=lambda index: NOISE)

    render(clip, TRACK, results_with(), BLURRED, tmp_path)

    for name in ("annotated.mp4", "playback.mp4"):
        with av.open(str(tmp_path / name)) as film:
            for frame in film.decode(video=0):
                assert detail(frame.to_ndarray(format="rgb24")) < 0.3 * detail(NOISE)
