"""The two films as files: their clock, their size, how they can be scrubbed, what breaks them."""

from pathlib import Path

import av
import numpy as np
import pytest

from shared.errors import VideoEmpty, VideoUnreadable
from shared.renditions.document import RenderOptions
from tests.files.clips import four_corners, make_clip, truncated_clip
from tests.pipeline.drawn import results_with, standing_track
from worker_service.pipeline.engine import Picture
from worker_service.pipeline.render.rendering import render
from worker_service.pipeline.render.shown import shown
from worker_service.pipeline.steps import Step, StepProgress

FILMS = ("annotated.mp4", "playback.mp4")

PLAIN = RenderOptions(show_skeleton=False, show_keypoints=False)

UNEVEN_S = [0.0, 0.04, 0.05, 0.21, 0.30, 0.95, 1.0]

CODEC_ERROR = 6
"""Mean difference of a picture that went through the encoder once more."""


def rendered(clip, folder, options=PLAIN, **asked):
    folder.mkdir(exist_ok=True)
    return render(clip, standing_track([0.0]), results_with(), options, folder, **asked)


def decoded(path: Path):
    """The film's times and its pictures."""
    with av.open(str(path)) as film:
        frames = [
            (frame.time, frame.rotation, frame.to_ndarray(format="rgb24"))
            for frame in film.decode(video=0)
        ]
    assert all(rotation == 0 for _, rotation, _ in frames)
    return [time for time, _, _ in frames], [rgb for _, _, rgb in frames]


def packets(path: Path):
    with av.open(str(path)) as film:
        return [packet for packet in film.demux(video=0) if packet.pts is not None]


def corners(rgb):
    h, w, _ = rgb.shape
    return [rgb[y, x].astype(int) for y, x in ((5, 5), (5, w - 5), (h - 5, w - 5), (h - 5, 5))]


@pytest.mark.parametrize(
    ("times_s", "starts_s"),
    [(UNEVEN_S, 0.0), (UNEVEN_S, 2.0), ([i / 29.97 for i in range(6)], 0.0)],
    ids=["uneven", "late", "ntsc"],
)
def test_every_picture_keeps_its_time_from_the_first_one_on(tmp_path, times_s, starts_s):
    clip = make_clip(tmp_path / "clip.mp4", times_s=[starts_s + t for t in times_s])

    rendition = rendered(clip, tmp_path / "out")

    for film in FILMS:
        assert decoded(tmp_path / "out" / film)[0] == pytest.approx(times_s, abs=2e-5)
        last = packets(tmp_path / "out" / film)[-1]
        end_s = float((last.pts + last.duration) * last.time_base)
        assert end_s == pytest.approx(rendition.duration_s, abs=1e-4)
    last_step_s = times_s[-1] - times_s[-2]
    assert rendition.duration_s == pytest.approx(times_s[-1] + last_step_s, abs=1e-4)


@pytest.mark.parametrize("rotation_deg", [0, 90, 180, 270])
def test_pictures_stand_upright_and_have_an_even_size(tmp_path, rotation_deg):
    draw = four_corners(161, 123)
    clip = make_clip(
        tmp_path / "clip.mp4", frames=2, draw=draw, rotation_deg=rotation_deg, pix_fmt="yuv444p"
    )

    rendition = rendered(clip, tmp_path / "out")

    assert (rendition.width % 2, rendition.height % 2) == (0, 0)
    assert (rendition.width, rendition.height) == pytest.approx((161, 123), abs=1)
    for film in FILMS:
        [first, _] = decoded(tmp_path / "out" / film)[1]
        assert first.shape == (rendition.height, rendition.width, 3)
        for found, wanted in zip(corners(first), corners(draw(0)), strict=True):
            assert found == pytest.approx(wanted, abs=12)


def test_large_pictures_are_scaled_down(tmp_path):
    clip = make_clip(tmp_path / "clip.mp4", frames=2, draw=four_corners(2400, 40))

    rendition = rendered(clip, tmp_path / "out")

    assert (rendition.width, rendition.height) == (1920, 32)


@pytest.mark.parametrize("times_s", [[i / 30 for i in range(40)], UNEVEN_S], ids=["even", "uneven"])
def test_a_player_can_start_every_half_second(tmp_path, times_s):
    clip = make_clip(tmp_path / "clip.mp4", times_s=times_s)

    rendered(clip, tmp_path / "out")

    for film in FILMS:
        stored = packets(tmp_path / "out" / film)
        assert [packet.dts for packet in stored] == [packet.pts for packet in stored]
        keys = [float(p.pts * p.time_base) for p in stored if p.is_keyframe]
        for t_s in times_s:  # unless the last key frame is the picture just before
            behind = [s for s in times_s if max(k for k in keys if k <= t_s + 1e-4) <= s < t_s]
            assert t_s - max(k for k in keys if k <= t_s + 1e-4) <= 0.5001 or len(behind) == 1


def test_films_are_what_browsers_play(tmp_path):
    rendered(make_clip(tmp_path / "clip.mp4", frames=3), tmp_path / "out")

    for name in FILMS:
        content = (tmp_path / "out" / name).read_bytes()
        assert content.index(b"moov") < content.index(b"mdat")
        with av.open(str(tmp_path / "out" / name)) as film:
            context = film.streams.video[0].codec_context
            assert (context.name, context.pix_fmt) == ("h264", "yuv420p")


def test_without_anything_to_draw_the_pictures_stay_as_they_are(tmp_path):
    clip = make_clip(tmp_path / "clip.mp4", frames=3)

    rendered(clip, tmp_path / "out")

    before = decoded(clip)[1]
    for film in FILMS:
        for was, now in zip(before, decoded(tmp_path / "out" / film)[1], strict=True):
            assert np.abs(was.astype(int) - now).mean() < CODEC_ERROR


def test_the_sources_colours_are_named(tmp_path):
    clip = tmp_path / "clip.mp4"
    with av.open(str(clip), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        context = stream.codec_context
        context.colorspace = context.color_primaries = context.color_trc = 1  # BT.709
        container.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        container.mux(stream.encode())

    rendered(clip, tmp_path / "out")

    with av.open(str(tmp_path / "out" / "playback.mp4")) as film:
        context = film.streams.video[0].codec_context
        assert (context.colorspace, context.color_primaries, context.color_trc) == (1, 1, 1)


def test_a_lower_rate_drops_pictures_of_the_annotated_film_only(tmp_path):
    clip = make_clip(tmp_path / "clip.mp4", frames=30)

    rendered(clip, tmp_path / "out", PLAIN.model_copy(update={"fps": 10}))

    times_s, _ = decoded(tmp_path / "out" / "annotated.mp4")
    assert times_s == pytest.approx([i / 10 for i in range(10)], abs=1e-4)
    assert len(packets(tmp_path / "out" / "playback.mp4")) == 30


def test_a_worse_quality_is_a_smaller_file(tmp_path):
    noise = np.random.default_rng(1).integers(0, 255, (5, 64, 64, 3), np.uint8)
    clip = make_clip(tmp_path / "clip.mp4", frames=5, draw=lambda index: noise[index])
    sizes = [
        rendered(clip, tmp_path / str(crf), RenderOptions(crf=crf)).annotated.size_bytes
        for crf in (18, 34)
    ]
    assert sizes[1] < sizes[0]


def test_copies_of_a_picture_stay_in_the_film(tmp_path):
    clip = make_clip(tmp_path / "clip.mp4", frames=20, draw=lambda i: four_corners()(i - i % 2))

    rendered(clip, tmp_path / "out")

    assert len(packets(tmp_path / "out" / "playback.mp4")) == 20


def test_a_file_that_breaks_off_gives_what_was_good(tmp_path):
    noise = np.random.default_rng(1).integers(0, 255, (30, 48, 64, 3), np.uint8)
    clip = make_clip(tmp_path / "clip.mp4", frames=30, draw=lambda index: noise[index])
    broken = truncated_clip(clip, tmp_path / "broken.mp4")

    rendition = rendered(broken, tmp_path / "out")

    assert 5 < len(decoded(tmp_path / "out" / "playback.mp4")[0]) < 30
    assert 0.1 < rendition.duration_s < 0.99


@pytest.mark.parametrize(("content", "error"), [(b"", VideoEmpty), (b"words", VideoUnreadable)])
def test_what_is_no_video_cannot_be_rendered(tmp_path, content, error):
    (tmp_path / "clip.mp4").write_bytes(content)
    with pytest.raises(error):
        rendered(tmp_path / "clip.mp4", tmp_path / "out")


def test_progress_is_told_after_every_picture(tmp_path):
    clip = make_clip(tmp_path / "clip.mp4", frames=8)
    told: list[StepProgress] = []

    rendered(clip, tmp_path / "out", report_progress=told.append)

    assert {one.step for one in told} == {Step.RENDERING}
    assert [one.frames_done for one in told] == [*range(1, 9), 8]
    assert [one.fraction for one in told] == sorted(one.fraction for one in told)
    assert told[-1].fraction == 1.0
    assert [one.seconds is None for one in told] == [True] * 8 + [False]


def test_what_progress_raises_ends_the_rendering(tmp_path):
    class Cancelled(Exception):
        pass

    def stop(progress):
        if progress.frames_done == 3:
            raise Cancelled

    clip = make_clip(tmp_path / "clip.mp4", frames=30)
    with pytest.raises(Cancelled):
        rendered(clip, tmp_path / "out", report_progress=stop)


def test_no_more_than_one_picture_is_held_back():
    pulled = []

    def pictures():
        for frame in range(5):
            pulled.append(frame)
            yield Picture(frame, frame / 10, np.zeros((2, 2, 3), np.uint8))

    for count, one in enumerate(shown(pictures(), 0.1)):
        assert one.picture.frame == count
        assert one.until_s == pytest.approx((count + 1) / 10)
        assert len(pulled) <= count + 2
