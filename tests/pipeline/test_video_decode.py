from dataclasses import replace

import av
import numpy as np
import pytest

from shared.errors import PermanentJobError, VideoEmpty, VideoTooLong
from tests.files.clips import four_corners, make_clip, remuxed_with_matrix, truncated_clip
from worker_service.pipeline.engine import Box
from worker_service.pipeline.video.close_up import close_up
from worker_service.pipeline.video.decode import Decoding
from worker_service.pipeline.video.probe import VideoLimits, probe
from worker_service.pipeline.video.repeats import HISTORY, IN_A_ROW

CORNERS = {"top left": 0, "top right": 1, "bottom right": 2, "bottom left": None}


def decoding(path, **options):
    return Decoding(path, probe(path), **options)


def corner_colours(rgb):
    """Index of the strongest channel in each corner; None where all are strong."""
    h, w, _ = rgb.shape
    patches = {
        "top left": rgb[: h // 4, : w // 4],
        "top right": rgb[: h // 4, -w // 4 :],
        "bottom right": rgb[-h // 4 :, -w // 4 :],
        "bottom left": rgb[-h // 4 :, : w // 4],
    }
    means = {name: patch.mean(axis=(0, 1)) for name, patch in patches.items()}
    return {n: None if m.min() > 150 else int(m.argmax()) for n, m in means.items()}


@pytest.mark.parametrize("rotation_deg", [0, 90, 180, 270])
@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuv444p"])
def test_pictures_stand_upright(tmp_path, rotation_deg, pix_fmt):
    clip = make_clip(tmp_path / "clip.mp4", frames=3, rotation_deg=rotation_deg, pix_fmt=pix_fmt)

    for picture in decoding(clip).pictures():
        assert picture.rgb.shape == (120, 160, 3)
        assert picture.rgb.flags.c_contiguous
        assert corner_colours(picture.rgb) == CORNERS


def test_a_matrix_written_onto_a_finished_clip_is_obeyed(tmp_path):
    clip = make_clip(tmp_path / "clip.mp4", frames=3)
    turned = remuxed_with_matrix(clip, tmp_path / "turned.mp4", 90)

    [first, *_] = decoding(turned).pictures()

    assert first.rgb.shape == (160, 120, 3)
    assert corner_colours(first.rgb)["top right"] == CORNERS["top left"]


def test_time_comes_from_each_picture(tmp_path):
    times_s = [0.0, 0.04, 0.05, 0.21, 0.30, 0.95, 1.0]
    clip = make_clip(tmp_path / "vfr.mp4", times_s=times_s)

    pictures = list(decoding(clip).pictures())

    assert [p.t_s for p in pictures] == pytest.approx(times_s, abs=1e-4)
    assert [p.frame for p in pictures] == list(range(7))


def test_the_first_picture_is_at_zero(tmp_path):
    clip = make_clip(tmp_path / "late.mp4", times_s=[2.0, 2.1, 2.2])

    assert [p.t_s for p in decoding(clip).pictures()] == pytest.approx([0, 0.1, 0.2], abs=1e-4)


def test_sampling_takes_the_pictures_nearest_to_the_grid(tmp_path):
    clip = make_clip(tmp_path / "clip.mp4", frames=60, fps=30)
    run = decoding(clip, sample_fps=10)

    pictures = list(run.pictures())

    assert [p.frame for p in pictures] == list(range(0, 60, 3))
    assert run.expected_pictures == len(pictures)
    assert run.frames_seen == 60
    assert run.duration_s == pytest.approx(2.0, abs=0.01)
    assert not run.truncated


@pytest.mark.parametrize("sample_fps", [0, 30, 31, 240])
def test_a_rate_at_or_above_the_source_takes_every_picture(tmp_path, sample_fps):
    clip = make_clip(tmp_path / "clip.mp4", frames=30, fps=30)

    assert len(list(decoding(clip, sample_fps=sample_fps).pictures())) == 30


def test_large_pictures_are_scaled_down(tmp_path):
    clip = make_clip(tmp_path / "clip.mp4", frames=2, draw=four_corners(640, 488))

    for picture in decoding(clip, long_side_px=320).pictures():
        assert picture.rgb.shape == (244, 320, 3)
        assert corner_colours(picture.rgb) == CORNERS


def test_odd_sizes_lose_at_most_a_pixel(tmp_path):
    clip = make_clip(tmp_path / "c.mp4", frames=2, draw=four_corners(161, 121), pix_fmt="yuv444p")

    [first, _] = decoding(clip).pictures()

    assert np.abs(np.subtract(first.rgb.shape, (121, 161, 3))).max() <= 1


@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuv444p", "yuvj420p"])
@pytest.mark.parametrize("rotation_deg", [0, 90, 180, 270])
def test_looking_closer_shows_the_same_place_upright_in_full_resolution(
    tmp_path, rotation_deg, pix_fmt
):
    clip = make_clip(
        tmp_path / "c.mp4",
        frames=2,
        draw=four_corners(640, 360),
        rotation_deg=rotation_deg,
        pix_fmt=pix_fmt,
    )
    picture = next(decoding(clip, long_side_px=160).pictures())

    assert picture.closer is not None
    whole = picture.closer(Box(0, 0, 1, 1), 640)
    green = picture.closer(Box(0.75, 0.1, 0.2, 0.25), 1000)
    small_green = picture.closer(Box(0.75, 0.1, 0.2, 0.25), 64)

    assert corner_colours(whole) == corner_colours(picture.rgb)
    assert whole.shape == (360, 640, 3)
    assert green.shape == (90, 128, 3)
    assert small_green.shape == (45, 64, 3)
    for part in (green, small_green):
        assert np.abs(part.astype(int) - (30, 200, 30)).max() < 25


@pytest.mark.parametrize("size", [(161, 121), (160, 120)])
@pytest.mark.parametrize("box", [Box(0.503, 0.31, 0.3, 0.2), Box(-0.2, 0.9, 0.6, 0.4)])
def test_looking_closer_cuts_to_the_nearest_pixel(size, box):
    width, height = size
    drawn = av.VideoFrame.from_ndarray(four_corners(width, height)(0), "rgb24")
    decoded = drawn.reformat(format="yuv420p")
    whole = close_up(decoded, Box(0, 0, 1, 1), 1000)

    part = close_up(decoded, box, 1000)

    left, right = (round(max(x, 0) * width) for x in (box.x, box.x + box.width))
    top, bottom = (round(min(y, 1) * height) for y in (box.y, box.y + box.height))
    assert whole.shape == (height, width, 3)
    assert np.array_equal(part, whole[top:bottom, left:right])


def test_a_truncated_clip_gives_what_was_good_and_says_so(tmp_path):
    whole = make_clip(tmp_path / "whole.mp4", frames=90, fps=30)
    run = decoding(truncated_clip(whole, tmp_path / "cut.mp4", keep=0.6))

    pictures = list(run.pictures())

    assert 20 < len(pictures) < 80
    assert run.truncated
    assert run.duration_s == pytest.approx(pictures[-1].t_s, abs=0.1)


def test_a_clip_that_ends_before_its_header_says_is_truncated(tmp_path):
    clip = make_clip(tmp_path / "clip.mp4", frames=30, fps=30)
    run = Decoding(clip, replace(probe(clip), duration_s=5.0))

    assert len(list(run.pictures())) == 30
    assert run.truncated


def test_the_limit_holds_whatever_the_header_says(tmp_path):
    clip = make_clip(tmp_path / "clip.mp4", frames=60, fps=30)
    lying = replace(probe(clip), duration_s=0.1)

    with pytest.raises(VideoTooLong):
        list(Decoding(clip, lying, limits=VideoLimits(max_duration_s=1)).pictures())
    with pytest.raises(VideoTooLong):
        list(Decoding(clip, lying, limits=VideoLimits(max_frames=59)).pictures())


def test_nothing_to_decode_is_an_empty_video(tmp_path):
    clip = make_clip(tmp_path / "clip.mp4", frames=10)
    info = probe(clip)
    content = clip.read_bytes()
    begin = content.index(b"mdat") + 4
    clip.write_bytes(content[:begin] + bytes(len(content) - begin))

    with pytest.raises(VideoEmpty):
        list(Decoding(clip, info).pictures())


def test_an_abandoned_run_lets_go_of_the_file(tmp_path):
    clip = make_clip(tmp_path / "clip.mp4", frames=30)
    pictures = decoding(clip).pictures()
    next(pictures)

    pictures.close()

    assert next(pictures, None) is None


def square_at(x):
    picture = np.full((120, 160, 3), 60, np.uint8)
    picture[40:80, x : x + 40] = 220
    return picture


def with_copies(copies):
    """A moving square; each of these pictures shows what the one before it showed."""

    def draw(index):
        while index in copies:
            index -= 1
        return square_at(3 * index)

    return draw


def test_copies_of_the_picture_before_are_left_out(tmp_path):
    clip = make_clip(tmp_path / "clip.mp4", frames=30, draw=with_copies({10, 20, 21}))
    run = decoding(clip)

    assert [p.frame for p in run.pictures()] == [i for i in range(30) if i not in {10, 20, 21}]
    assert run.frames_seen == 30


@pytest.mark.parametrize("times", [[2, 3], [2], [3], [4]])
@pytest.mark.parametrize("from_picture", [0, 30])
def test_of_pictures_shown_several_times_one_is_kept(tmp_path, times, from_picture):
    shown = np.r_[np.arange(from_picture), np.repeat(np.arange(30), np.resize(times, 30)) + 30]
    places = 60 - np.abs(np.cumsum(2 * np.diff(shown, prepend=0).clip(0, 1)) % 120 - 60)
    clip = make_clip(
        tmp_path / "clip.mp4", frames=len(shown), draw=lambda i: square_at(int(places[i]))
    )

    kept = np.array([p.frame for p in decoding(clip).pictures()])

    distinct = np.flatnonzero(np.diff(places, prepend=-1))
    settled = from_picture or HISTORY
    assert kept[kept >= settled].tolist() == distinct[distinct >= settled].tolist()


def test_slow_pictures_around_a_quick_moment_are_no_copies(tmp_path):
    steps = np.r_[np.full(20, 1), np.full(6, 10), np.full(20, 1)]
    places = np.cumsum(steps)
    clip = make_clip(
        tmp_path / "clip.mp4", frames=len(steps), draw=lambda i: square_at(int(places[i]))
    )

    assert len(list(decoding(clip).pictures())) == len(steps)


def test_a_copy_does_not_stand_for_its_moment_when_sampling(tmp_path):
    clip = make_clip(tmp_path / "clip.mp4", frames=30, draw=with_copies({10}))

    frames = [p.frame for p in decoding(clip, sample_fps=15).pictures()]

    assert 10 not in frames
    assert 9 in frames or 11 in frames


def test_somebody_who_keeps_still_is_still_seen(tmp_path):
    still = make_clip(tmp_path / "still.mp4", frames=30, draw=lambda index: four_corners()(0))
    stops = make_clip(tmp_path / "stops.mp4", frames=30, draw=with_copies(set(range(15, 30))))

    assert len(list(decoding(still).pictures())) == 30
    assert len(list(decoding(stops).pictures())) == 30 - IN_A_ROW


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_file_gives_pictures_or_says_why_not(tmp_path, seed):
    clip = make_clip(tmp_path / "clip.mp4", frames=40)
    content = np.frombuffer(clip.read_bytes(), np.uint8).copy()
    rng = np.random.default_rng(seed)
    places = rng.integers(40, len(content), 1 + seed * 4)
    content[places] = rng.integers(0, 256, len(places))
    clip.write_bytes(content.tobytes())

    try:
        times = [p.t_s for p in decoding(clip).pictures()]
    except PermanentJobError:
        return
    assert times
    assert times == sorted(set(times))
