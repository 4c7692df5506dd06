import itertools
import threading
from contextlib import contextmanager

import numpy as np
import pytest

from shared.analysis import AnalysisSettings
from shared.errors import ModelUnavailable
from tests.files.clips import make_clip
from tests.pipeline.coloured_people import GREEN, RED, BoxEngine, scene
from worker_service.pipeline.pose.estimate import estimate_pose
from worker_service.pipeline.pose.people import people
from worker_service.pipeline.pose.watch import Watch
from worker_service.pipeline.video.probe import VideoLimits, probe

FRAMES = 240
SEAM = FRAMES // 2


def two_who_walk(path):
    """Eight seconds, so two pieces: one walks to the right, the other to the left, far behind."""

    def draw(index):
        boxes = [(RED, 60 + index / 2, 220, 150), (GREEN, 280 - index / 2, 60, 50)]
        return scene(index, boxes).rgb

    return make_clip(path, frames=FRAMES, draw=draw)


def watched(clip, engine, *, threads=2, report_progress=lambda done, total: None):
    watch = Watch(probe(clip), engine, threads, report_progress)
    return watch.clip(clip, sample_fps=0, limits=VideoLimits()).sightings


def test_the_number_of_threads_makes_no_difference(tmp_path):
    clip = two_who_walk(tmp_path / "clip.mp4")

    first, *others = (watched(clip, BoxEngine(), threads=threads) for threads in (1, 2, 4, 2))

    for other in others:
        assert np.array_equal(first.picture, other.picture)
        assert np.array_equal(first.follower, other.follower)
        assert np.array_equal(first.landmarks, other.landmarks)


def test_two_people_are_the_same_two_beyond_the_seam(tmp_path):
    found = people(watched(two_who_walk(tmp_path / "clip.mp4"), BoxEngine()))

    assert [len(rows) for rows in found] == [FRAMES, FRAMES]


@pytest.mark.parametrize("threads", [1, 2])
def test_progress_only_goes_forward_and_in_the_callers_thread(tmp_path, threads):
    done, callers = [], set()

    def note(so_far, total):
        done.append(so_far)
        callers.add(threading.current_thread())
        assert total == FRAMES

    watched(two_who_walk(tmp_path / "c.mp4"), BoxEngine(), threads=threads, report_progress=note)

    assert done == sorted(done)
    assert set(range(1, FRAMES + 1)) <= set(done)
    assert callers == {threading.current_thread()}


@pytest.mark.parametrize("stop_at", [0, 1, 150, FRAMES])
@pytest.mark.parametrize("threads", [1, 2])
def test_what_progress_raises_stops_every_piece(tmp_path, threads, stop_at):
    class Cancelled(Exception):
        pass

    def cancel(done, total):
        if done >= stop_at:
            raise Cancelled

    clip, engine = two_who_walk(tmp_path / "clip.mp4"), BoxEngine()
    before = threading.active_count()

    with pytest.raises(Cancelled):
        watched(clip, engine, threads=threads, report_progress=cancel)

    assert engine.open == 0
    assert threading.active_count() == before


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("good_ones", [0, 1, 3])
def test_an_error_in_a_piece_comes_out_unchanged(tmp_path, threads, good_ones):
    error = ModelUnavailable()
    numbers = itertools.count()

    class Failing(BoxEngine):
        @contextmanager
        def tracking(self, max_people):
            if next(numbers) >= good_ones:
                raise error
            with super().tracking(max_people) as landmarker:
                yield landmarker

    engine = Failing()
    before = threading.active_count()

    with pytest.raises(ModelUnavailable) as raised:
        watched(two_who_walk(tmp_path / "clip.mp4"), engine, threads=threads)

    assert raised.value is error
    assert engine.open == 0
    assert threading.active_count() == before


class OnlyOldHands(BoxEngine):
    """From a picture before the seam on, only who follows already sees the people."""

    def __init__(self, until):
        super().__init__()
        self.until = until

    @contextmanager
    def tracking(self, max_people):
        with super().tracking(max_people) as landmarker:
            yield _OldHand(landmarker, self.until)

    @contextmanager
    def scanning(self, max_people):
        with super().scanning(max_people) as landmarker:
            yield _OldHand(landmarker, self.until)


class _OldHand:
    def __init__(self, landmarker, until):
        self._landmarker = landmarker
        self._until = until
        self._experienced = False

    def find(self, picture):
        self._experienced |= not 90 <= picture.frame < self._until
        return self._landmarker.find(picture) if self._experienced else []


@pytest.mark.parametrize("until", [SEAM + 30, FRAMES])
@pytest.mark.parametrize("threads", [1, 2])
def test_a_person_whom_nobody_finds_anew_is_not_lost_at_the_seam(tmp_path, threads, until):
    clip = two_who_walk(tmp_path / "clip.mp4")

    found = people(watched(clip, OnlyOldHands(until), threads=threads))

    assert [len(rows) for rows in found] == [FRAMES, FRAMES]


def test_an_analysis_in_pieces_reports_the_whole_clip(tmp_path):
    clip = two_who_walk(tmp_path / "clip.mp4")

    outcome = estimate_pose(clip, AnalysisSettings(sample_fps=0), engine=BoxEngine(), threads=2)

    assert outcome.summary.frames_total == outcome.summary.frames_with_athlete == FRAMES
    assert outcome.summary.duration_s == pytest.approx(8.0, abs=0.01)
    assert outcome.summary.people_seen == 2
    assert not outcome.summary.truncated
