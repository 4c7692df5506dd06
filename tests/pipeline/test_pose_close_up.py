from contextlib import contextmanager

import numpy as np
import pytest

from shared.analysis import AnalysisSettings
from shared.results import Movement, Stretch
from tests.athletes import delivery
from tests.athletes.shots import Shot, steady
from tests.athletes.video import Performer, small_camera, write_film
from tests.files.clips import make_clip, truncated_clip
from tests.pipeline.coloured_people import BLUE, GREEN, RED, BoxEngine, scene
from tests.pipeline.marker_engine import MarkerEngine
from worker_service.pipeline.analyse import analyse
from worker_service.pipeline.pose.athlete import candidates
from worker_service.pipeline.pose.estimate import estimate_pose
from worker_service.pipeline.pose.people import people
from worker_service.pipeline.pose.progress import Progress
from worker_service.pipeline.pose.samples import Samples
from worker_service.pipeline.pose.second_look import SecondLook
from worker_service.pipeline.pose.watch import Watch
from worker_service.pipeline.pose.whereabouts import Whereabouts
from worker_service.pipeline.track import INDEX
from worker_service.pipeline.video.index import read_index
from worker_service.pipeline.video.probe import VideoLimits, probe

FPS, COARSE_FPS = 60.0, 15.0
FRAMES = 240
WINDOW = Stretch(start_s=1.0, end_s=2.0)
TWO = [Stretch(start_s=0.5, end_s=1.0), Stretch(start_s=2.0, end_s=3.5)]
LIMITS = VideoLimits()


def athlete_x(frame):
    """Across the picture and back, never still: equal pictures would be dropped."""
    return 50 + 220 * np.abs((frame / 50 + 1) % 2 - 1)


def clip_of(path, boxes_at, frames=FRAMES):
    return make_clip(
        path, frames=frames, fps=FPS, draw=lambda i: scene(i, boxes_at(i), fps=FPS).rgb
    )


def alone(frame):
    return [(RED, athlete_x(frame), 225, 140)]


def passed_by_a_larger_one(frame):
    return [(GREEN, 20 + 1.2 * frame, 75, 70), (RED, athlete_x(frame), 225, 110)]


class Looked:
    """Both looks at a clip whose athlete is the person at the feet's height of 225."""

    def __init__(self, clip, stretches, *, engine=None, threads=2, report=lambda *_: None):
        self.engine = engine or BoxEngine()
        info = probe(clip)
        watched = Watch(info, self.engine, threads, lambda *_: None).clip(
            clip, sample_fps=COARSE_FPS, limits=LIMITS
        )
        seen = watched.sightings
        found = candidates(seen, people(seen))
        athlete = max(found, key=lambda one: seen.xy_px[one.rows][:, :, 1].max()).rows
        whereabouts = Whereabouts(seen, athlete, people(seen))
        self.coarse = Samples.of(seen, athlete)
        close_ups = SecondLook(clip, info, self.engine, LIMITS).at(
            stretches, whereabouts, threads=threads, report_progress=report
        )
        self.samples = self.coarse.with_close_ups(close_ups)

    @property
    def found(self):
        return np.isfinite(self.samples.landmarks[:, 0, 0])

    @property
    def x_px(self):
        return self.samples.landmarks[:, [INDEX["left_hip"], INDEX["right_hip"]], 0].mean(axis=1)


def test_every_picture_of_the_stretch_and_the_coarse_ones_elsewhere(tmp_path):
    looked = Looked(clip_of(tmp_path / "c.mp4", alone), [WINDOW])

    expected = sorted({*looked.coarse.frame.tolist(), *range(60, 120)})
    assert len(looked.coarse.frame) == FRAMES / 4
    assert looked.samples.frame.tolist() == expected
    assert looked.samples.t_s == pytest.approx(np.array(expected) / FPS, abs=1e-4)
    assert looked.found.all()
    assert looked.x_px == pytest.approx(athlete_x(np.array(expected)), abs=2.5)


def test_the_number_of_threads_makes_no_difference(tmp_path):
    clip = clip_of(tmp_path / "c.mp4", passed_by_a_larger_one)

    one, two = (Looked(clip, TWO, threads=threads).samples for threads in (1, 2))

    assert np.array_equal(one.frame, two.frame)
    assert np.array_equal(one.landmarks, two.landmarks, equal_nan=True)


@pytest.mark.parametrize("stretches", [[WINDOW], TWO, [Stretch(start_s=0.0, end_s=4.0)]])
def test_the_athlete_is_never_somebody_else(tmp_path, stretches):
    looked = Looked(clip_of(tmp_path / "c.mp4", passed_by_a_larger_one), stretches)

    assert looked.x_px[looked.found] == pytest.approx(
        athlete_x(looked.samples.frame[looked.found]), abs=2.5
    )
    assert looked.found.mean() > 0.9


def test_somebody_the_coarse_look_never_saw_does_not_become_the_athlete(tmp_path):
    def flashes_by(frame):
        stranger = [(BLUE, athlete_x(frame) + 60, 235, 160)] if frame % 4 else []
        return [*alone(frame), *stranger]

    looked = Looked(clip_of(tmp_path / "c.mp4", flashes_by), [WINDOW])

    assert looked.x_px[looked.found] == pytest.approx(
        athlete_x(looked.samples.frame[looked.found]), abs=2.5
    )


def test_where_the_close_up_loses_the_athlete_the_coarse_look_holds(tmp_path):
    class BlindInCrops(BoxEngine):
        def people_in(self, picture):
            is_crop = picture.rgb.shape[1] < 320
            return [] if is_crop and 80 <= picture.frame < 100 else super().people_in(picture)

    looked = Looked(clip_of(tmp_path / "c.mp4", alone), [WINDOW], engine=BlindInCrops())

    lost = set(looked.samples.frame[~looked.found].tolist())
    assert lost == set(range(80, 100)) - set(looked.coarse.frame.tolist())


def test_a_file_without_an_index_is_decoded_once_with_the_same_result(tmp_path):
    whole = clip_of(tmp_path / "whole.mp4", alone)
    cut = truncated_clip(whole, tmp_path / "cut.mp4", keep=0.98)
    assert read_index(cut, probe(cut), LIMITS) is None

    of_whole, of_cut = (Looked(clip, TWO).samples for clip in (whole, cut))

    same = of_whole.t_s < 3.5
    assert np.isin(of_whole.frame[same], of_cut.frame).all()
    there = np.searchsorted(of_cut.frame, of_whole.frame[same])
    assert of_cut.landmarks[there][:, :, :2] == pytest.approx(
        of_whole.landmarks[same][:, :, :2], abs=1.0
    )


class NotedEngine(BoxEngine):
    """Notes which pictures each landmarker was shown."""

    def __init__(self):
        super().__init__()
        self.shown = []

    @contextmanager
    def tracking(self, max_people):
        frames: list[int] = []
        with super().tracking(max_people) as landmarker:
            yield _Noting(landmarker, frames)
        self.shown.append(frames)

    def close_ups(self):
        """First picture, last picture and number of those shown at the full rate."""
        at_full_rate = [frames for frames in self.shown if np.diff(frames).max() == 1]
        return sorted((frames[0], frames[-1], len(frames)) for frames in at_full_rate)


class _Noting:
    def __init__(self, landmarker, frames):
        self._landmarker, self._frames = landmarker, frames

    def find(self, picture):
        self._frames.append(picture.frame)
        return self._landmarker.find(picture)


def test_a_long_stretch_is_cut_and_warmed_up_alike_with_an_index_and_without(tmp_path):
    long = Stretch(start_s=0.5, end_s=5.5)
    whole = clip_of(tmp_path / "whole.mp4", alone, frames=348)
    cut = truncated_clip(whole, tmp_path / "cut.mp4", keep=0.98)
    of_whole, of_cut = NotedEngine(), NotedEngine()

    Looked(whole, [long], engine=of_whole)
    Looked(cut, [long], engine=of_cut)

    warm_up = 12
    starts = [30, 180]
    assert [first for first, _, _ in of_whole.close_ups()] == [at - warm_up for at in starts]
    assert of_cut.close_ups() == of_whole.close_ups()


def test_an_athlete_lost_by_the_coarse_look_is_found_again_on_the_way(tmp_path):
    class BlindToFast(BoxEngine):
        """Sees nobody in the middle of the whole picture, as in a blur; in a crop it does."""

        def people_in(self, picture):
            is_whole = picture.rgb.shape[1] >= 320
            return [] if is_whole and 60 <= picture.frame < 90 else super().people_in(picture)

    clip = clip_of(tmp_path / "c.mp4", alone)

    looked = Looked(clip, [WINDOW], engine=BlindToFast())

    assert not np.isfinite(looked.coarse.landmarks[16:22, 0, 0]).any()
    assert looked.found[looked.samples.frame >= 60].mean() > 0.9


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("stop_at", [1, 50])
def test_what_progress_raises_ends_it_and_everything_is_closed(tmp_path, threads, stop_at):
    class Cancelled(Exception):
        pass

    def cancel(done, total):
        if done >= stop_at:
            raise Cancelled

    engine = BoxEngine()
    with pytest.raises(Cancelled):
        Looked(
            clip_of(tmp_path / "c.mp4", alone), TWO, engine=engine, threads=threads, report=cancel
        )

    assert engine.open == 0


@pytest.mark.parametrize(("reserve", "second"), [(0, 40), (30, 40), (90, 40), (90, 0)])
def test_progress_is_a_share_that_never_goes_back_whatever_was_reserved(reserve, second):
    told = []
    progress = Progress(lambda done, total: told.append((done, total)), reserve=reserve)
    for done in range(1, 16):
        progress.first_look(done, 15)
    for done in range(1, second + 1):
        progress.second_look(done, second + 2)
    progress.over()

    shares = [done / total for done, total in told]
    counts = [done for done, _ in told]
    assert shares == sorted(shares)
    assert counts == sorted(counts)
    assert told[-1] == (15 + second, 15 + second)


@pytest.fixture(scope="module")
def delivery_at_60(tmp_path_factory):
    scenario = delivery(run_up_s=2.4)
    times = np.arange(0.0, scenario.duration_s, 1 / FPS)
    film = write_film(
        tmp_path_factory.mktemp("film") / "delivery.mp4",
        scenario,
        [Shot(shown_s=t, real_s=t) for t in times.tolist()],
        camera=small_camera(360, px_per_m=110.0),
    )
    return scenario, film


def test_events_from_two_looks_are_within_a_picture_of_those_from_every_picture(delivery_at_60):
    scenario, film = delivery_at_60

    def moments(sample_fps):
        settings = AnalysisSettings(movement=Movement.CRICKET_BOWLING, sample_fps=sample_fps)
        analysis = analyse(film, settings, engine=MarkerEngine())
        events = {event.type.value: event.t_s for event in analysis.results.events}
        return analysis, {name: events[name] for name in scenario.moments_s}

    once, every = moments(0)
    twice, coarse = moments(COARSE_FPS)

    [stretch] = twice.results.pose.pose_summary.full_rate
    assert stretch.start_s < scenario.moments_s["back_foot_contact"] < stretch.end_s
    assert once.results.pose.pose_summary.full_rate == []
    assert len(twice.track) < 0.75 * len(once.track)
    for name, true_s in scenario.moments_s.items():
        assert coarse[name] == pytest.approx(every[name], abs=1 / FPS + 1e-4)
        assert coarse[name] == pytest.approx(true_s, abs=1 / FPS + 1e-4)


def test_how_much_of_a_clip_the_athlete_is_seen_in_does_not_depend_on_the_looks(tmp_path):
    scenario = delivery(run_up_s=2.4)
    there_s = scenario.duration_s
    film = write_film(
        tmp_path / "leaves.mp4",
        [Performer(scenario, leaves_s=there_s)],
        steady(round(30 * 2.5 * there_s)),
        camera=small_camera(360, px_per_m=110.0),
    )

    def summary(sample_fps):
        settings = AnalysisSettings(movement=Movement.CRICKET_BOWLING, sample_fps=sample_fps)
        return estimate_pose(film, settings, engine=MarkerEngine()).summary

    coarse, every = summary(10), summary(0)

    assert coarse.full_rate
    assert coarse.frames_with_athlete / coarse.frames_sampled > 0.5
    assert coarse.detection_rate == pytest.approx(0.4, abs=0.02)
    assert every.detection_rate == pytest.approx(0.4, abs=0.02)
    assert coarse.mean_visibility == pytest.approx(every.mean_visibility, abs=0.02)
