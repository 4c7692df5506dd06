"""Key frames, the thumbnail, and the document that names every file."""

from hashlib import sha256

import cv2
import pytest

from shared.analysis import AnalysisSettings
from shared.documents import files_beside
from shared.files import POSE_NAME, RESULTS_NAME
from shared.renditions.document import RenderOptions, Rendition
from tests.files.clips import make_clip
from tests.pipeline.drawn import an_event, results_with, standing_track
from worker_service.pipeline.analyse import analyse
from worker_service.pipeline.pose.synthetic_engine import SyntheticEngine
from worker_service.pipeline.render.moments import MOST, cover_s, key_moments
from worker_service.pipeline.render.rendering import render, render_job
from worker_service.pipeline.video.probe import VideoLimits

TRACK = standing_track([i / 30 for i in range(30)])


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return make_clip(tmp_path_factory.mktemp("clips") / "clip.mp4", frames=30)


def labels(results):
    return [(moment.label, moment.t_s) for moment in key_moments(results)]


def test_events_and_findings_are_key_moments_in_order_of_time():
    results = results_with([an_event("landing", 0.8), an_event("take_off", 0.2)], [0.5])
    assert labels(results) == [("take_off", 0.2), ("fault_0", 0.5), ("landing", 0.8)]


def test_a_finding_at_an_event_is_one_still():
    assert labels(results_with([an_event("landing", 0.8)], [0.79])) == [("fault_0", 0.79)]


def test_every_type_of_event_has_a_still_before_one_has_two():
    steps = [an_event("foot_contact", i / 10, 0.9) for i in range(30)]
    results = results_with([*steps, an_event("toe_off", 9.0, 0.2)], [4.0])
    chosen = labels(results)
    assert len(chosen) == MOST
    assert {"toe_off", "fault_0", "foot_contact"} == {label for label, _ in chosen}


def test_the_cover_is_the_worst_finding_then_the_surest_event_then_the_middle():
    events = [an_event("take_off", 0.2, 0.5), an_event("landing", 0.8, 0.9)]
    assert cover_s(results_with(events, [0.5]), TRACK) == 0.5
    assert cover_s(results_with(events), TRACK) == 0.8
    assert cover_s(results_with(), TRACK) == pytest.approx(0.48, abs=0.01)


def test_stills_are_the_pictures_nearest_to_their_moments(clip, tmp_path):
    results = results_with([an_event("take_off", 0.21), an_event("landing", 0.79)])

    rendition = render(clip, TRACK, results, RenderOptions(fps=5), tmp_path)

    assert [(one.label, one.frame) for one in rendition.key_frames] == [
        ("take_off", 6),
        ("landing", 24),
    ]
    assert [one.still.name for one in rendition.key_frames] == [
        "key-frame-01.jpg",
        "key-frame-02.jpg",
    ]
    still = cv2.imread(str(tmp_path / "key-frame-01.jpg"))
    assert still is not None
    assert still.shape == (120, 160, 3)


def test_a_moment_after_the_last_picture_has_no_still(clip, tmp_path):
    results = results_with([an_event("landing", 1.5)])

    rendition = render(clip, TRACK, results, RenderOptions(), tmp_path)

    assert rendition.key_frames == []
    assert (tmp_path / "thumbnail.jpg").exists()


def test_the_document_names_every_file_by_content(clip, tmp_path):
    rendition = render(clip, TRACK, results_with([], [0.5]), RenderOptions(), tmp_path)

    assert Rendition.model_validate_json((tmp_path / RESULTS_NAME).read_text()) == rendition
    assert {path.name for path in tmp_path.iterdir()} == {RESULTS_NAME, *files_beside(rendition)}
    for file in (rendition.annotated, rendition.thumbnail, rendition.key_frames[0].still):
        content = (tmp_path / file.name).read_bytes()
        assert (file.size_bytes, file.sha256) == (len(content), sha256(content).hexdigest())
    assert rendition.annotated.content_type == "video/mp4"
    assert rendition.thumbnail.content_type == "image/jpeg"
    assert list(rendition.timings_s) == ["rendering"]


def test_a_large_thumbnail_is_made_small(tmp_path):
    from tests.files.clips import four_corners

    clip = make_clip(tmp_path / "clip.mp4", frames=2, draw=four_corners(960, 540))

    render(clip, standing_track([0.0], 960, 540), results_with(), RenderOptions(), tmp_path)

    thumbnail = cv2.imread(str(tmp_path / "thumbnail.jpg"))
    assert thumbnail is not None
    assert thumbnail.shape == (270, 480, 3)


def test_a_worker_renders_what_an_analysis_stored(clip, tmp_path):
    analysed, out = tmp_path / "analysed", tmp_path / "out"
    analysed.mkdir()
    out.mkdir()
    analyse(clip, AnalysisSettings(), engine=SyntheticEngine()).save(analysed)

    rendition = render_job(
        {"video": clip, **{name: analysed / name for name in (POSE_NAME, RESULTS_NAME)}},
        RenderOptions(show_angles=True),
        out,
        limits=VideoLimits(),
        report_progress=lambda _: None,
    )

    assert (out / RESULTS_NAME).exists()
    assert rendition.options.show_angles
