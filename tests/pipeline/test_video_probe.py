import pytest

from shared.errors import VideoEmpty, VideoTooLong, VideoUnreadable
from tests.files.clips import four_corners, make_clip, sound_only
from worker_service.pipeline.video.probe import VideoLimits, probe


def test_a_clip_says_its_size_rate_and_length(tmp_path):
    info = probe(make_clip(tmp_path / "clip.mp4", frames=45, fps=30))

    assert (info.width, info.height, info.rotation_deg) == (160, 120, 0)
    assert info.source_fps == pytest.approx(30, rel=0.01)
    assert info.duration_s == pytest.approx(1.5, abs=0.05)
    assert info.codec == "h264"


@pytest.mark.parametrize("rotation_deg", [90, 180, 270])
def test_size_is_that_of_the_upright_picture(tmp_path, rotation_deg):
    info = probe(make_clip(tmp_path / "clip.mp4", frames=3, rotation_deg=rotation_deg))

    assert (info.width, info.height, info.rotation_deg) == (160, 120, rotation_deg)


def test_odd_sizes_are_fine(tmp_path):
    odd = make_clip(tmp_path / "c.mp4", frames=3, draw=four_corners(161, 121), pix_fmt="yuv444p")

    assert (probe(odd).width, probe(odd).height) == (161, 121)


def test_a_file_without_a_byte_is_an_empty_video(tmp_path):
    empty = tmp_path / "empty.mp4"
    empty.touch()

    with pytest.raises(VideoEmpty):
        probe(empty)


def test_a_film_without_a_picture_is_an_empty_video(tmp_path):
    clip = make_clip(tmp_path / "clip.mp4", frames=10)
    content = clip.read_bytes()
    begin = content.index(b"mdat") + 4
    clip.write_bytes(content[:begin] + bytes(len(content) - begin))

    with pytest.raises(VideoEmpty):
        probe(clip)


@pytest.mark.parametrize(
    "content",
    [
        b"the coach wrote this down instead\n" * 200,
        bytes(range(256)) * 64,
        b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n/etc/passwd\n#EXT-X-ENDLIST\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"GIF89a" + bytes(100),
    ],
    ids=["text", "bytes", "hls playlist", "concat list", "picture"],
)
def test_what_is_no_video_is_unreadable(tmp_path, content):
    junk = tmp_path / "junk.txt"
    junk.write_bytes(content)

    with pytest.raises(VideoUnreadable):
        probe(junk)


def test_sound_without_pictures_is_unreadable(tmp_path):
    with pytest.raises(VideoUnreadable):
        probe(sound_only(tmp_path / "song.mp4"))


def test_a_header_beyond_the_limit_is_too_long(tmp_path):
    clip = make_clip(tmp_path / "clip.mp4", frames=60, fps=30)

    with pytest.raises(VideoTooLong):
        probe(clip, VideoLimits(max_duration_s=1.5))


def test_a_picture_beyond_the_limit_is_unreadable(tmp_path):
    clip = make_clip(tmp_path / "clip.mp4", frames=3)

    with pytest.raises(VideoUnreadable, match="larger"):
        probe(clip, VideoLimits(max_pixels=160 * 120 - 1))


def test_a_title_that_is_not_utf8_does_not_matter(tmp_path):
    clip = make_clip(tmp_path / "clip.mp4", frames=3)
    clip.write_bytes(clip.read_bytes().replace(b"VideoHandler", b"Vid\xe9oHandler"))

    assert probe(clip).width == 160
