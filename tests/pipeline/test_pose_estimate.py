import numpy as np
import pytest

from shared.analysis import AnalysisSettings, SubjectHint
from shared.errors import ModelUnavailable, NoPersonFound
from shared.results import Movement
from tests.files.clips import make_clip, truncated_clip, turned_clip
from tests.pipeline.coloured_people import BoxEngine
from worker_service.pipeline.pose.estimate import estimate_pose
from worker_service.pipeline.pose.mediapipe_engine import MediapipeEngine
from worker_service.pipeline.pose.model_files import FULL, verify
from worker_service.pipeline.pose.synthetic_engine import PERIOD_S, SyntheticEngine
from worker_service.pipeline.track import Origin


def test_the_track_has_a_row_for_every_sampled_picture(tmp_path):
    clip = make_clip(tmp_path / "clip.mp4", frames=60, fps=30)

    outcome = estimate_pose(clip, AnalysisSettings(sample_fps=15), engine=SyntheticEngine())

    track, summary = outcome.track, outcome.summary
    assert len(track) == summary.frames_sampled == summary.frames_with_athlete == 30
    assert summary.frames_total == 60
    assert summary.sample_fps == pytest.approx(15, abs=0.1)
    assert summary.duration_s == pytest.approx(2.0, abs=0.01)
    assert summary.people_seen == 1
    assert np.all(track.origin == Origin.DETECTED)
    assert (track.width_px, track.height_px) == (160, 120)
    assert track.xy_px.min() >= 0
    assert track.xy_px.max() <= 160


def test_the_synthetic_athlete_squats(tmp_path):
    clip = make_clip(tmp_path / "clip.mp4", frames=90, fps=30)

    track = estimate_pose(clip, AnalysisSettings(sample_fps=0), engine=SyntheticEngine()).track

    hips = track.middle("left_hip", "right_hip")[:, 1]
    deepest_s = track.t_s[hips.argmax()]
    assert deepest_s % PERIOD_S == pytest.approx(PERIOD_S / 2, abs=0.04)
    assert np.ptp(hips) > 10


def test_the_same_clip_gives_the_same_track(tmp_path):
    clip = make_clip(tmp_path / "clip.mp4")
    first, second = (
        estimate_pose(clip, AnalysisSettings(), engine=SyntheticEngine()).track for _ in range(2)
    )

    assert np.array_equal(first.xy_px, second.xy_px)


def test_progress_counts_every_picture(tmp_path):
    clip = make_clip(tmp_path / "clip.mp4", frames=30, fps=30)
    seen = []

    estimate_pose(
        clip,
        AnalysisSettings(sample_fps=15),
        engine=SyntheticEngine(),
        report_progress=lambda done, total: seen.append((done, total)),
    )

    assert seen == [(done, 15) for done in range(1, 16)]


def test_a_short_clip_of_a_fast_movement_is_looked_at_once_in_every_picture(tmp_path):
    clip = make_clip(tmp_path / "clip.mp4", frames=60, fps=30)
    settings = AnalysisSettings(movement=Movement.CRICKET_BOWLING, sample_fps=15)

    summary = estimate_pose(clip, settings, engine=SyntheticEngine()).summary

    assert summary.frames_sampled == 60
    assert summary.sample_fps == pytest.approx(30, abs=0.1)
    assert summary.full_rate == []


@pytest.mark.parametrize("movement", Movement)
def test_progress_ends_with_all_pictures_done_and_never_goes_back(tmp_path, movement):
    clip = make_clip(tmp_path / "clip.mp4", frames=105, fps=30)
    seen = []

    outcome = estimate_pose(
        clip,
        AnalysisSettings(movement=movement, sample_fps=15),
        engine=SyntheticEngine(),
        report_progress=lambda done, total: seen.append((done, total)),
    )

    shares = [done / total for done, total in seen]
    assert shares == sorted(shares)
    assert seen[-1][0] == seen[-1][1] >= outcome.summary.frames_sampled


def test_the_summary_says_whether_the_coachs_box_was_met(tmp_path):
    clip = make_clip(tmp_path / "clip.mp4", frames=30, fps=30)

    def met(**box):
        settings = AnalysisSettings(subject_hint=SubjectHint(**box)) if box else AnalysisSettings()
        return estimate_pose(clip, settings, engine=SyntheticEngine()).summary.subject_hint_met

    assert met() is None
    assert met(x=0.35, y=0.3, width=0.3, height=0.6) is True
    assert met(x=0.0, y=0.0, width=0.1, height=0.1) is False


def test_what_progress_raises_stops_the_analysis(tmp_path):
    class Cancelled(Exception):
        pass

    def cancel(done, total):
        raise Cancelled

    with pytest.raises(Cancelled):
        estimate_pose(
            make_clip(tmp_path / "clip.mp4"),
            AnalysisSettings(),
            engine=SyntheticEngine(),
            report_progress=cancel,
        )


def test_nobody_in_the_picture_is_an_error(tmp_path):
    grey = np.full((120, 160, 3), 120, np.uint8)
    clip = make_clip(tmp_path / "clip.mp4", draw=lambda index: grey)

    with pytest.raises(NoPersonFound):
        estimate_pose(clip, AnalysisSettings(), engine=BoxEngine())


def test_a_truncated_clip_is_used_as_far_as_it_goes(tmp_path):
    whole = make_clip(tmp_path / "whole.mp4", frames=90)
    cut = truncated_clip(whole, tmp_path / "cut.mp4")

    summary = estimate_pose(cut, AnalysisSettings(), engine=SyntheticEngine()).summary

    assert summary.truncated
    assert summary.frames_with_athlete == summary.frames_sampled > 10


def test_a_missing_or_unknown_model_is_unavailable(tmp_path):
    other = tmp_path / "model.task"
    other.write_bytes(b"not a model")

    for path in (tmp_path / "nothing.task", other):
        with pytest.raises(ModelUnavailable):
            verify(path)
        with pytest.raises(ModelUnavailable), MediapipeEngine(path).tracking(1):
            pass


@pytest.mark.clips
def test_the_pinned_model_is_recognised(pose_model_path):
    assert verify(pose_model_path) == FULL
    assert MediapipeEngine(pose_model_path).model == FULL.identity()


@pytest.mark.clips
def test_a_turned_clip_gives_the_track_of_the_original(tmp_path, pose_model_path, sample_video):
    engine, settings = MediapipeEngine(pose_model_path), AnalysisSettings(sample_fps=0)
    straight = turned_clip(sample_video, tmp_path / "straight.mp4", 0, frames=40)
    expected = estimate_pose(straight, settings, engine=engine).track

    for rotation_deg in (90, 180, 270):
        clip = turned_clip(sample_video, tmp_path / "turned.mp4", rotation_deg, frames=40)
        outcome = estimate_pose(clip, settings, engine=engine)
        apart = np.linalg.norm(outcome.track.xy_px - expected.xy_px, axis=2)
        assert outcome.summary.rotation_deg == rotation_deg
        assert np.nanmedian(apart) < 0.01 * expected.height_px


@pytest.mark.clips
def test_the_man_who_jumps_is_the_athlete_not_the_woman_who_walks(pose_model_path, sample_video):
    engine = MediapipeEngine(pose_model_path)

    outcome = estimate_pose(sample_video, AnalysisSettings(), engine=engine)

    hips = outcome.track.middle("left_hip", "right_hip")
    before, after = outcome.track.t_s < 5.0, outcome.track.t_s > 7.0
    assert outcome.summary.people_seen == 2
    assert outcome.summary.detection_rate > 0.75
    assert np.nanmax(np.abs(hips[before, 1] - 280)) < 90
    assert np.nanmin(hips[after, 0]) > 1200
