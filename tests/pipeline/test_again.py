"""Measuring a stored pose again."""

import pytest

from shared.analysis import AnalysisSettings, Handedness
from shared.errors import ProcessingFailed
from shared.files import ANALYSIS_FILES, POSE_NAME, RESULTS_NAME
from shared.results import Movement, Results
from tests.files.clips import make_clip
from worker_service.pipeline.again import measure_again
from worker_service.pipeline.analyse import analyse
from worker_service.pipeline.pose.synthetic_engine import SyntheticEngine
from worker_service.pipeline.steps import MEASURING, StepProgress

SQUATS = AnalysisSettings(movement=Movement.WORKOUT)


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """An analysis and the folder it was saved in."""
    folder = tmp_path_factory.mktemp("first")
    clip = make_clip(folder / "clip.mp4", frames=120)
    analysis = analyse(clip, SQUATS, engine=SyntheticEngine())
    analysis.save(folder)
    return analysis, folder


def _but_for_timings(results: Results) -> dict[str, object]:
    document = results.model_dump()
    del document["provenance"]["timings_s"]
    return document


def test_with_the_same_settings_everything_is_the_same(first):
    analysis, folder = first
    again = measure_again(folder / POSE_NAME, SQUATS)
    assert any(metric.value is not None for metric in again.results.metrics.values())
    assert _but_for_timings(again.results) == _but_for_timings(analysis.results)


def test_the_provenance_says_that_no_picture_was_looked_at(first):
    _, folder = first
    provenance = measure_again(folder / POSE_NAME, SQUATS).results.provenance
    assert list(provenance.timings_s) == list(MEASURING)
    assert provenance.engine == "synthetic"


def test_another_movement_is_measured_as_if_it_had_been_asked_for_at_first(first, tmp_path):
    _, folder = first
    general = AnalysisSettings(movement=Movement.GENERAL, handedness=Handedness.LEFT)
    again = measure_again(folder / POSE_NAME, general).results
    assert again.provenance.movement is Movement.GENERAL
    assert again.metrics.keys() == analyse_as(general, folder).metrics.keys()


def analyse_as(settings: AnalysisSettings, folder) -> Results:
    return analyse(folder / "clip.mp4", settings, engine=SyntheticEngine()).results


def test_the_clock_of_slow_motion_is_the_new_one(first):
    analysis, folder = first
    slowed = AnalysisSettings(movement=Movement.WORKOUT, slow_motion_factor=2)
    track = measure_again(folder / POSE_NAME, slowed).track
    assert track.rate_hz == pytest.approx(2 * analysis.track.rate_hz)
    assert (track.xy_px == analysis.track.xy_px).all()


def test_what_it_stores_is_whole_and_can_be_measured_once_more(first, tmp_path):
    _, folder = first
    measure_again(folder / POSE_NAME, SQUATS).save(tmp_path, worker="w", attempt=1)
    assert {path.name for path in tmp_path.iterdir()} == {*ANALYSIS_FILES, RESULTS_NAME}
    frames = "frames.json.gz"
    assert (tmp_path / frames).read_bytes() == (folder / frames).read_bytes()
    assert (tmp_path / POSE_NAME).read_bytes() == (folder / POSE_NAME).read_bytes()


def test_progress_goes_from_nothing_to_all_over_three_steps(first):
    _, folder = first
    seen: list[StepProgress] = []
    measure_again(folder / POSE_NAME, SQUATS, report_progress=seen.append)
    assert [step.fraction for step in seen] == pytest.approx([0, 0.5, 0.5, 0.75, 0.75, 1])
    assert [step.number for step in seen if step.seconds is not None] == [1, 2, 3]
    assert all(step.steps == MEASURING for step in seen)


def test_a_pose_that_cannot_be_read_is_a_passing_failure(tmp_path):
    (tmp_path / POSE_NAME).write_bytes(b"none")
    with pytest.raises(ProcessingFailed):
        measure_again(tmp_path / POSE_NAME, SQUATS)
