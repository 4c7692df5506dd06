from fractions import Fraction
from itertools import pairwise, takewhile

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import PermanentJobError, VideoTooLong
from tests.files.clips import as_stored, truncated_clip
from worker_service.pipeline.pose.synthetic_engine import SyntheticEngine
from worker_service.pipeline.pose.watch import Watch
from worker_service.pipeline.video.decode import Decoding
from worker_service.pipeline.video.index import read_index
from worker_service.pipeline.video.piece_decode import PieceDecoding
from worker_service.pipeline.video.pieces import (
    MAX_PIECE_S,
    RUN_IN_PICTURES,
    WARM_UP_PICTURES,
    cut,
    window,
)
from worker_service.pipeline.video.probe import VideoLimits, probe

LIMITS = VideoLimits()
MS = Fraction(1, 1000)
HD, UHD = 1920 * 1080, 3840 * 2160


def keyed_clip(path, times_s, *, gop=30, b_frames=0, open_gop=False, copies=(), rotation_deg=0):
    """A small clip with a key frame every `gop` pictures; `copies` repeat what was before them."""
    noise = np.random.default_rng(0).integers(0, 256, (len(times_s), 48, 64, 3), np.uint8)
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=30)
        stream.width, stream.height = (64, 48) if rotation_deg in {0, 180} else (48, 64)
        stream.pix_fmt, stream.time_base, stream.codec_context.time_base = "yuv420p", MS, MS
        stream.options = {
            "preset": "ultrafast",
            "x264-params": f"keyint={gop}:scenecut=0:bframes={b_frames}:open-gop={int(open_gop)}",
        }
        if rotation_deg:
            stream.set_display_rotation(-rotation_deg)
        for index, t_s in enumerate(times_s):
            shown = index - 1 if index in copies else index
            frame = av.VideoFrame.from_ndarray(as_stored(noise[shown], rotation_deg), "rgb24")
            frame.pts, frame.time_base = round(t_s / MS), MS
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return path


def steady(seconds, fps=30.0):
    return [index / fps for index in range(round(seconds * fps))]


def parts_of(path, sample_fps=0.0):
    """The index of a clip and the decoding of each of its pieces."""
    info = probe(path)
    grid_hz = Decoding(path, info, sample_fps=sample_fps).grid_hz
    index = read_index(path, info, LIMITS)
    assert index is not None
    return index, [
        PieceDecoding(path, info, index, p, grid_hz) for p in cut(index, grid_hz, pixels=HD)
    ]


def own_pictures(part):
    before_end = takewhile(lambda picture: picture.frame < part.end, part.pictures())
    return [picture for picture in before_end if picture.frame >= part.begin]


def assert_pieces_are_the_whole(path, sample_fps=0.0):
    """Return how many pieces there are."""
    whole = Decoding(path, probe(path), sample_fps=sample_fps)
    expected = list(whole.pictures())
    index, parts = parts_of(path, sample_fps)
    found = [picture for part in parts for picture in own_pictures(part)]
    assert [p.frame for p in found] == [p.frame for p in expected]
    assert [p.t_s for p in found] == [p.t_s for p in expected]
    assert all(np.array_equal(a.rgb, b.rgb) for a, b in zip(found, expected, strict=True))
    assert (len(index), index.duration_s) == (whole.frames_seen, whole.duration_s)
    assert not whole.truncated
    distinct_t_s = np.concatenate([part.distinct_t_s for part in parts])
    assert np.array_equal(distinct_t_s, whole.distinct_t_s)
    return len(parts)


@settings(max_examples=25, deadline=None)
@given(
    steps_ms=st.lists(st.integers(5, 90), min_size=150, max_size=260),
    gop=st.sampled_from([1, 12, 30, 97, 1000]),
    b_frames=st.sampled_from([0, 2]),
    open_gop=st.booleans(),
    copies=st.sets(st.integers(1, 149), max_size=12),
    sample_fps=st.sampled_from([0, 5, 12, 15]),
)
def test_the_pieces_of_a_clip_are_the_clip(
    tmp_path_factory, steps_ms, gop, b_frames, open_gop, copies, sample_fps
):
    times_s = np.cumsum(steps_ms) / 1000
    path = tmp_path_factory.mktemp("pieces") / "clip.mp4"
    keyed_clip(path, times_s, gop=gop, b_frames=b_frames, open_gop=open_gop, copies=copies)

    assert_pieces_are_the_whole(path, sample_fps)


@pytest.mark.parametrize("name", ["clip.mp4", "clip.mkv", "clip.mov"])
@pytest.mark.parametrize("rotation_deg", [0, 90])
def test_containers_and_rotations_make_no_difference(tmp_path, name, rotation_deg):
    clip = keyed_clip(tmp_path / name, steady(7), b_frames=2, rotation_deg=rotation_deg)

    assert assert_pieces_are_the_whole(clip) == 2


def test_a_clip_with_one_key_frame_is_cut_while_that_pays(tmp_path):
    short = keyed_clip(tmp_path / "short.mp4", steady(8), gop=1000)
    long = keyed_clip(tmp_path / "long.mp4", steady(30, fps=25), gop=10_000)

    assert assert_pieces_are_the_whole(short) == 2
    assert assert_pieces_are_the_whole(long) == 2


def test_a_short_clip_stays_whole(tmp_path):
    few_seconds = keyed_clip(tmp_path / "seconds.mp4", steady(3.9))
    few_pictures = keyed_clip(tmp_path / "pictures.mp4", steady(12, fps=5))

    assert assert_pieces_are_the_whole(few_seconds) == 1
    assert assert_pieces_are_the_whole(few_pictures) == 1


@pytest.mark.parametrize(
    "times_s",
    [
        pytest.param(
            [*steady(5), 200.0], id="at the end, so that cuts lie beyond the last picture"
        ),
        pytest.param([*steady(5), *(200 + t_s for t_s in steady(5))], id="in the middle"),
    ],
)
def test_a_clip_with_a_long_gap_has_no_empty_piece(tmp_path, times_s):
    path = keyed_clip(tmp_path / "gap.mp4", times_s)

    assert_pieces_are_the_whole(path)
    _, parts = parts_of(path)
    assert all(part.begin < part.end for part in parts)


def test_pieces_follow_each_other_and_are_warmed_up(tmp_path):
    index, parts = parts_of(keyed_clip(tmp_path / "clip.mp4", steady(61)))
    pieces = cut(index, 0.0, pixels=HD)

    assert len(parts) == len(pieces) == 4
    assert pieces[0].warm_up == pieces[0].begin == pieces[0].key == 0
    assert pieces[-1].end == len(index)
    assert all(before.end == after.begin for before, after in pairwise(pieces))
    for piece in pieces[1:]:
        assert piece.begin - piece.warm_up >= WARM_UP_PICTURES
        assert index.keys[piece.key] <= min(piece.warm_up, piece.begin - RUN_IN_PICTURES)
        assert index.t_s[piece.end - 1] - index.t_s[piece.begin] <= MAX_PIECE_S


@pytest.mark.parametrize(("start_s", "end_s"), [(0, 0.2), (1, 1.5), (2.9, 3.2), (6.5, 9), (2, 2)])
@pytest.mark.parametrize("gop", [1, 30, 1000])
def test_a_window_is_every_picture_between_two_times_and_nothing_beyond(
    tmp_path, start_s, end_s, gop
):
    clip = keyed_clip(tmp_path / "clip.mp4", steady(7), gop=gop, b_frames=2)
    index = read_index(clip, probe(clip), LIMITS)
    assert index is not None
    piece = window(index, start_s, end_s, warm_up_s=0.4)
    part = PieceDecoding(clip, probe(clip), index, piece, 0.0)

    pictures = list(part.pictures_to_its_end())

    own = [p for p in pictures if p.frame >= part.begin]
    inside = [p for p in Decoding(clip, probe(clip)).pictures() if start_s <= p.t_s < end_s]
    assert [p.frame for p in own] == [p.frame for p in inside]
    assert all(np.array_equal(a.rgb, b.rgb) for a, b in zip(own, inside, strict=True))
    assert pictures[0].frame == max(0, part.begin - round(0.4 * 30))


def test_a_clip_that_goes_on_beyond_the_limits_is_refused(tmp_path):
    clip = keyed_clip(tmp_path / "clip.mp4", steady(5))

    for limits in (VideoLimits(max_duration_s=4), VideoLimits(max_frames=149)):
        with pytest.raises(VideoTooLong):
            read_index(clip, probe(clip), limits)


def assert_watched_as_in_one_pass(path):
    info = probe(path)
    whole = Decoding(path, info)
    expected = list(whole.pictures())
    watch = Watch(info, SyntheticEngine(), 2, lambda done, total: None)

    watched = watch.clip(path, sample_fps=0, limits=LIMITS)

    assert watched.sightings.frame.tolist() == [p.frame for p in expected]
    assert watched.sightings.t_s.tolist() == [p.t_s for p in expected]
    assert np.array_equal(watched.distinct_t_s, whole.distinct_t_s)
    found = (watched.frames_seen, watched.duration_s, watched.truncated)
    assert found == (whole.frames_seen, whole.duration_s, whole.truncated)


@pytest.mark.parametrize("name", ["clip.mkv", "clip.ts", "clip.avi"])
@pytest.mark.parametrize("keep", [1.0, 0.6])
def test_other_containers_are_watched_as_in_one_pass(tmp_path, name, keep):
    clip = keyed_clip(tmp_path / name, steady(7), b_frames=2)
    clip.write_bytes(clip.read_bytes()[: round(keep * clip.stat().st_size)])

    assert_watched_as_in_one_pass(clip)


def test_a_truncated_clip_is_watched_in_one_pass(tmp_path):
    with av.open(str(keyed_clip(tmp_path / "a.mp4", steady(7)))) as given:
        source = given.streams.video[0]
        with av.open(str(tmp_path / "b.mp4"), "w", options={"movflags": "faststart"}) as out:
            copy = out.add_stream_from_template(source)
            for packet in given.demux(source):
                if packet.dts is not None:
                    packet.stream = copy
                    out.mux(packet)

    assert_watched_as_in_one_pass(truncated_clip(tmp_path / "b.mp4", tmp_path / "c.mp4", keep=0.7))


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_clip_is_watched_as_in_one_pass(tmp_path, seed):
    clip = keyed_clip(tmp_path / "clip.mp4", steady(7), b_frames=seed % 3)
    content = np.frombuffer(clip.read_bytes(), np.uint8).copy()
    rng = np.random.default_rng(seed)
    places = rng.integers(40, len(content), 1 + seed * 2)
    content[places] = rng.integers(0, 256, len(places))
    clip.write_bytes(content.tobytes())

    try:
        probe(clip)
        list(Decoding(clip, probe(clip)).pictures())
    except PermanentJobError:
        return
    assert_watched_as_in_one_pass(clip)


@pytest.mark.parametrize("pixels", [HD, UHD])
def test_the_piece_that_decodes_more_in_vain_is_shorter(tmp_path, pixels):
    many = keyed_clip(tmp_path / "many.mp4", steady(12), gop=15)
    one = keyed_clip(tmp_path / "one.mp4", steady(12), gop=360)
    indexes = [read_index(path, probe(path), LIMITS) for path in (many, one)]
    (_, few_in_vain), (_, many_in_vain) = (
        cut(index, 0.0, pixels=pixels) for index in indexes if index is not None
    )
    assert few_in_vain.end - few_in_vain.begin == pytest.approx(180, abs=15)
    assert many_in_vain.end - many_in_vain.begin < few_in_vain.end - few_in_vain.begin - 15
