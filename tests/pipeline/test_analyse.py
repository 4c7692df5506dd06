import gzip
import hashlib
import json

import numpy as np
import pytest

from shared.analysis import AnalysisSettings
from shared.errors import NoPersonFound
from shared.results import Frames, Movement, OverallLevel, Results
from tests.files.clips import four_corners, make_clip, turned_clip
from worker_service.pipeline.analyse import analyse
from worker_service.pipeline.pose.mediapipe_engine import MediapipeEngine
from worker_service.pipeline.pose.synthetic_engine import SyntheticEngine
from worker_service.pipeline.steps import STEPS, StepProgress


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return make_clip(tmp_path_factory.mktemp("clips") / "clip.mp4", frames=120)


@pytest.mark.parametrize("movement", Movement)
def test_every_movement_gives_a_whole_document(clip, tmp_path, movement):
    analysis = analyse(clip, AnalysisSettings(movement=movement), engine=SyntheticEngine())
    results = analysis.save(tmp_path, worker="w", attempt=2)
    stored = Results.model_validate_json((tmp_path / "results.json").read_text())
    assert stored == results
    assert stored.provenance.engine == "synthetic"
    assert stored.provenance.model is None
    assert (stored.provenance.worker, stored.provenance.attempt) == ("w", 2)
    assert list(stored.provenance.timings_s) == list(STEPS)
    assert len(stored.report.one_week_plan) == 7


def test_a_squat_sent_as_batting_is_not_judged(clip):
    settings = AnalysisSettings(movement=Movement.CRICKET_BATTING)
    results = analyse(clip, settings, engine=SyntheticEngine()).results
    assert results.findings.findings == []
    assert results.findings.overall_level is OverallLevel.NOT_MEASURABLE
    assert all(metric.value is None for metric in results.metrics.values())


def test_the_frames_file_holds_every_sample(clip, tmp_path):
    analysis = analyse(clip, AnalysisSettings(sample_fps=0), engine=SyntheticEngine())
    described = analysis.save(tmp_path).pose.frames_file
    packed = (tmp_path / "frames.json.gz").read_bytes()
    raw = gzip.decompress(packed)
    frames = Frames.model_validate(json.loads(raw))
    assert described is not None
    assert (described.gzip_bytes, described.json_bytes) == (len(packed), len(raw))
    assert described.sha256 == hashlib.sha256(packed).hexdigest()
    assert frames.frame == list(range(120))
    assert frames.t_s == pytest.approx([i / 30 for i in range(120)], abs=1e-5)
    assert np.array(frames.x_px) == pytest.approx(analysis.track.xy_px[..., 0], abs=0.051)
    assert np.array(frames.visibility).shape == (120, 33)


def test_the_same_video_gives_the_same_bytes(clip, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        analyse(clip, AnalysisSettings(), engine=SyntheticEngine()).save(tmp_path / name)
    first, second = ((tmp_path / name / "frames.json.gz").read_bytes() for name in ("a", "b"))
    assert first == second


def test_progress_grows_from_nothing_to_all_and_names_every_step(clip):
    seen: list[StepProgress] = []
    analyse(clip, AnalysisSettings(), engine=SyntheticEngine(), report_progress=seen.append)
    fractions = [step.fraction for step in seen]
    assert fractions == sorted(fractions)
    assert fractions[0] == 0
    assert fractions[-1] == pytest.approx(1)
    assert [step.step for step in seen if step.seconds is not None] == list(STEPS)
    assert max(step.frames_done for step in seen) == seen[-1].frames_total


def test_what_the_progress_callback_raises_stops_the_analysis(clip):
    class CancelledByCoach(Exception):
        pass

    def cancel(step):
        if step.frames_done == 10:
            raise CancelledByCoach

    with pytest.raises(CancelledByCoach):
        analyse(clip, AnalysisSettings(), engine=SyntheticEngine(), report_progress=cancel)


@pytest.mark.clips
def test_nobody_in_the_picture_gives_no_findings_but_an_error(tmp_path, pose_model_path):
    scene = make_clip(tmp_path / "nobody.mp4", frames=90, draw=four_corners(640, 480))
    with pytest.raises(NoPersonFound):
        analyse(scene, AnalysisSettings(), engine=MediapipeEngine(pose_model_path))


DOUBTFUL = 0.5
"""A view on the boundary to the next may be called by either name."""


@pytest.mark.clips
def test_a_turned_clip_gives_the_results_of_the_original(tmp_path, pose_model_path, sample_video):
    """The other turns are those of the track: `test_pose_estimate.py`."""
    engine, settings = MediapipeEngine(pose_model_path), AnalysisSettings()
    straight = turned_clip(sample_video, tmp_path / "straight.mp4", 0, frames=72)
    turned = turned_clip(sample_video, tmp_path / "turned.mp4", 90, frames=72)
    expected = analyse(straight, settings, engine=engine).results
    results = analyse(turned, settings, engine=engine).results
    summary = results.pose.pose_summary
    assert summary.rotation_deg == 90
    assert summary.model_copy(update={"rotation_deg": 0}).frames_total == 72
    assert (summary.width, summary.height) == (1768, 994)
    view = results.quality.view
    assert view.label == expected.quality.view.label or view.confidence < DOUBTFUL
    assert results.findings.overall_level == expected.findings.overall_level
    for name, metric in results.metrics.items():
        original = expected.metrics[name]
        assert metric.reason == original.reason, name
        if metric.value is not None and original.value is not None:
            band = 2 * (original.error_band or 0)
            assert metric.value == pytest.approx(original.value, abs=band), name
