"""The generator of video files keeps what it promises, or no test on its films means anything."""

import av
import numpy as np
import pytest

from tests.athletes import delivery, squats, walking
from tests.athletes.camera import projected
from tests.athletes.shots import slowed_from, steady, with_repeats
from tests.athletes.video import MARKED, Performer, small_camera, write_film
from tests.files.clips import joined_streams, make_clip, retimed_clip
from tests.pipeline.marker_engine import MarkerEngine
from worker_service.pipeline.engine import Picture
from worker_service.pipeline.track import INDEX

POINTS = [INDEX[name] for name in MARKED]


def pictures_of(path):
    with av.open(str(path)) as container:
        for index, frame in enumerate(container.decode(video=0)):
            rgb = np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)
            yield Picture(index, index / 30, rgb)


def times_s(path):
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        return [float((packet.pts or 0) * packet.time_base) for packet in packets]


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("scenario", [squats(1), delivery(), walking(duration_s=2.0)])
def test_the_engine_reads_back_what_was_drawn(tmp_path, scenario, mirrored):
    camera = small_camera(480, width_px=960, px_per_m=200.0, mirrored=mirrored)
    shots = steady(45)
    truth, _ = projected(scenario, camera, np.array([shot.real_s for shot in shots]))

    found = [
        MarkerEngine().people_in(picture)
        for picture in pictures_of(
            write_film(tmp_path / "film.mp4", scenario, shots, camera=camera)
        )
    ]

    assert [len(people) for people in found] == [1] * len(shots)
    read = np.array([people[0].xy * [960, 480] for people in found])
    seen = np.array([people[0].visibility > 0.5 for people in found])[:, POINTS]
    apart_px = np.linalg.norm(read - truth, axis=2)[:, POINTS]
    assert seen.mean() > 0.97
    assert np.median(apart_px[seen]) < 1.5
    assert np.percentile(apart_px[seen], 99) < 8.0


def test_everybody_in_the_film_is_found(tmp_path):
    cast = [Performer(squats(1), aside_m=aside_m) for aside_m in (-1.2, 0.0, 1.2)]
    film = write_film(tmp_path / "film.mp4", cast, steady(3), camera=small_camera(width_px=600))
    assert [len(MarkerEngine().people_in(picture)) for picture in pictures_of(film)] == [3] * 3


def test_timestamps_may_begin_below_zero_and_come_twice(tmp_path):
    plain = make_clip(tmp_path / "plain.mp4", frames=4)
    early = retimed_clip(plain, tmp_path / "early.ts", [-0.1, 0.0, 0.1, 0.2])
    assert times_s(early) == pytest.approx([-0.1, 0.0, 0.1, 0.2], abs=1e-3)
    twice = retimed_clip(plain, tmp_path / "twice.mkv", [0.0, 0.1, 0.1, 0.2])
    assert times_s(twice) == pytest.approx([0.0, 0.1, 0.1, 0.2], abs=1e-3)


def test_two_films_lie_in_one_file(tmp_path):
    first = make_clip(tmp_path / "first.mp4", frames=4)
    both = joined_streams(first, first, tmp_path / "both.mp4")
    with av.open(str(both)) as container:
        assert len(container.streams.video) == 2


def test_a_repeated_picture_shows_the_moment_of_the_one_before():
    shots = with_repeats(steady(7, 10.0), every=3)
    assert [shot.shown_s for shot in shots] == pytest.approx([n / 10 for n in range(7)])
    assert [shot.real_s for shot in shots] == pytest.approx([0, 0.1, 0.2, 0.2, 0.4, 0.5, 0.5])


def test_slow_motion_begins_inside_the_clip():
    shots = slowed_from(0.2, 4.0, count=5, fps=10.0)
    assert [shot.real_s for shot in shots] == pytest.approx([0, 0.1, 0.2, 0.225, 0.25])
