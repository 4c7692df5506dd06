"""Rendering an analysis, and looking at what there is."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import update

from shared.attempt_store import Claimed
from shared.database import transaction
from shared.derived import Derived
from shared.files import POSE_NAME, RESULTS_NAME, VIDEO_INPUT
from shared.job_store import JobStore
from shared.jobs import JobKind
from shared.media.store import MediaStore, results_prefix
from shared.models import VideoAnalysisJob
from shared.renditions.document import RenderOptions, Rendition
from shared.renditions.store import RenditionStore
from shared.settings import UploadSettings
from shared.uploads.videos import Uploads
from tests.builders import COACH, a_claimed_job, a_waiting_job
from tests.contract.documents import a_completed_job

ORIGINAL = "uploads/x/source"
LINKS = ("playback_url", "annotated_url", "thumbnail_url")


def with_files(media: MediaStore, job_id: UUID) -> UUID:
    """Store what a rendering draws."""
    for name in (POSE_NAME, RESULTS_NAME):
        media.put(results_prefix(job_id, 1) + name, b"x", content_type="x/y")
    return job_id


def file(name, content_type="video/mp4"):
    return {"name": name, "content_type": content_type, "size_bytes": 1, "sha256": "0" * 64}


DRAWN = Rendition.model_validate(
    {
        "options": {},
        "width": 640,
        "height": 360,
        "duration_s": 2.0,
        "annotated": file("annotated.mp4"),
        "playback": file("playback.mp4"),
        "thumbnail": file("thumbnail.jpg", "image/jpeg"),
        "key_frames": [
            {
                "t_s": 1.5,
                "frame": 45,
                "label": "contact",
                "confidence": 0.8,
                "still": file("key-frame-01.jpg", "image/jpeg"),
            }
        ],
        "timings_s": {"rendering": 0.5},
    }
).model_dump(mode="json")


@pytest.fixture
def analysis(engine, media) -> UUID:
    """A completed analysis whose video is still there."""
    media.put(ORIGINAL, b"video", content_type="video/mp4")
    return with_files(media, a_completed_job(engine, media))


@pytest.fixture
def jobs(engine):
    return JobStore(engine)


def asked_to_render(client, job_id, **options):
    answer = client.post(f"/analysis-jobs/{job_id}/render", options)
    assert answer.status == 202, answer
    return UUID(answer.json["job_id"])


def looked_at(client, job_id, what):
    path = f"/analysis-jobs/{job_id}/{what}"
    return client.post(path, {}) if what == "render" else client.get(path)


def drawn(jobs, render_id):
    """What a worker does with it."""
    claimed = jobs.claim(render_id, worker="w", lease_s=60)
    assert isinstance(claimed, Claimed)
    jobs.finish(claimed.lease, results=DRAWN, results_prefix=results_prefix(render_id, 1))
    return render_id


def reanalysed(engine, jobs, source_id):
    """A completed analysis of what another one saw."""
    lease = a_claimed_job(engine).lease
    jobs.finish(lease, results={"pose": {}}, results_prefix=results_prefix(lease.job_id, 1))
    with transaction(engine) as rows:
        rows.execute(
            update(VideoAnalysisJob)
            .where(VideoAnalysisJob.id == lease.job_id)
            .values(kind=JobKind.REANALYSIS, source_job_id=source_id, s3_key="uploads/x/pose.npz")
        )
    return lease.job_id


def test_a_rendering_reads_what_its_source_stored(client, analysis, jobs, queue):
    answer = client.post(f"/analysis-jobs/{analysis}/render", {"crf": 28, "blur_faces": True})

    assert answer.status == 202
    assert (answer.json["kind"], answer.json["status"]) == ("render", "processing")
    assert answer.json["source_job_id"] == str(analysis)
    assert answer.json["settings"]["crf"] == 28
    assert answer.json["sqs_message_id"]
    assert answer.json["job_id"] in queue.receive(wait_s=1, visibility_s=5).body
    source, job = jobs.get(analysis), jobs.get(UUID(answer.json["job_id"]))
    assert job.inputs == {
        VIDEO_INPUT: ORIGINAL,
        POSE_NAME: f"{source.results_prefix}{POSE_NAME}",
        RESULTS_NAME: f"{source.results_prefix}{RESULTS_NAME}",
    }
    assert (job.session_id, job.player_id) == (source.session_id, source.player_id)


def test_a_minor_is_drawn_only_while_a_consent_holds(client, analysis):
    client.send("PUT", "/players/p-1", body={"age_band": "under_13"})
    refused = looked_at(client, analysis, "render")
    assert (refused.status, refused.code) == (409, "CONSENT_REQUIRED")


def test_the_same_rendering_is_not_started_twice(client, analysis, jobs):
    first = asked_to_render(client, analysis)

    assert asked_to_render(client, analysis) == first
    assert asked_to_render(client, analysis, crf=30) != first
    drawn(jobs, first)
    assert asked_to_render(client, analysis) != first


class Blind(RenditionStore):
    """Sees no rendering that is under way: they are all asked for in this moment."""

    def under_way(self, *_):
        return None


def test_asked_for_several_times_at_once_it_is_one_job(engine, media, queue, analysis, jobs):
    uploads = Uploads.on(engine, media, queue, UploadSettings())
    derived = Derived.beside(uploads, Blind(engine))
    together = Barrier(4)

    def render(_):
        together.wait()
        return derived.render(COACH, analysis, RenderOptions()).id

    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(render, range(4)))
    assert len(made) == 1
    assert {job.id for job in jobs.page(COACH, limit=9, after=None, kind=JobKind.RENDER)} == made
    assert queue.depth().total == 1


@pytest.mark.parametrize("gone", [POSE_NAME, RESULTS_NAME])
def test_what_an_analysis_did_not_store_cannot_be_drawn(client, media, analysis, gone):
    media.delete([results_prefix(analysis, 1) + gone])

    refused = client.post(f"/analysis-jobs/{analysis}/render", {})

    assert (refused.status, refused.code) == (404, "VIDEO_NOT_FOUND")
    assert "Upload the video again" in refused.json["detail"]
    assert len(client.get("/analysis-jobs").json["items"]) == 1


def test_a_reanalysis_is_drawn_into_the_video_it_goes_back_to(
    client, engine, media, analysis, jobs
):
    again = reanalysed(engine, jobs, reanalysed(engine, jobs, analysis))

    job = jobs.get(asked_to_render(client, with_files(media, again)))

    assert job.inputs[VIDEO_INPUT] == ORIGINAL
    assert job.inputs[POSE_NAME] == f"{results_prefix(again, 1)}{POSE_NAME}"


@pytest.mark.parametrize("gone", ["video", "analysis"])
def test_what_is_deleted_cannot_be_drawn_into(client, engine, media, analysis, jobs, gone):
    again = reanalysed(engine, jobs, analysis)
    if gone == "video":
        media.delete([ORIGINAL])
    else:
        with transaction(engine) as rows:
            rows.delete(rows.get_one(VideoAnalysisJob, analysis))

    assert client.post(f"/analysis-jobs/{again}/render", {}).code == "VIDEO_NOT_FOUND"
    visible = client.get(f"/analysis-jobs/{again}/visualization")
    assert visible.json["original_url"] is None
    assert client.get(f"/analysis-jobs/{again}/video", query={"kind": "original"}).status == 404


def test_before_a_rendering_there_is_only_the_original(client, analysis):
    visible = client.get(f"/analysis-jobs/{analysis}/visualization").json

    assert ORIGINAL in visible["original_url"]
    assert [visible[link] for link in LINKS] == [None, None, None]
    assert (visible["key_frames"], visible["rendition_job_id"]) == ([], None)
    refused = client.get(f"/analysis-jobs/{analysis}/video")
    assert (refused.status, refused.code) == (404, "VIDEO_NOT_FOUND")
    assert "Render it first" in refused.json["detail"]


def test_the_newest_completed_rendering_is_shown(client, analysis, jobs):
    drawn(jobs, asked_to_render(client, analysis))
    newer = drawn(jobs, asked_to_render(client, analysis, crf=30))
    newest = asked_to_render(client, analysis, crf=31)

    visible = client.get(f"/analysis-jobs/{analysis}/visualization").json

    prefix = results_prefix(newer, 1)
    assert f"{prefix}annotated.mp4?" in visible["annotated_url"]
    assert f"{prefix}playback.mp4?" in visible["playback_url"]
    assert f"{prefix}thumbnail.jpg?" in visible["thumbnail_url"]
    [still] = visible["key_frames"]
    assert (still["t_s"], still["label"], still["confidence"]) == (1.5, "contact", 0.8)
    assert f"{prefix}key-frame-01.jpg?" in still["url"]
    assert visible["rendition_job_id"] == str(newest)
    assert visible["rendition_status"] == "processing"


def test_a_rendering_shows_itself(client, analysis, jobs):
    first = drawn(jobs, asked_to_render(client, analysis))
    drawn(jobs, asked_to_render(client, analysis, crf=30))

    visible = client.get(f"/analysis-jobs/{first}/visualization").json

    assert visible["job_id"] == str(analysis)
    assert ORIGINAL in visible["original_url"]
    assert results_prefix(first, 1) in visible["annotated_url"]
    assert visible["rendition_job_id"] == str(first)
    assert visible["rendition_status"] == "completed"
    assert client.post(f"/analysis-jobs/{first}/render", {}).code == "JOB_NOT_FOUND"


@pytest.mark.parametrize("kind", ["annotated", "playback", "original"])
def test_a_video_is_a_redirect_to_where_it_lies(client, analysis, jobs, kind):
    render = drawn(jobs, asked_to_render(client, analysis))
    answer = client.get(f"/analysis-jobs/{analysis}/video", query={"kind": kind})

    assert answer.status == 307
    wanted = ORIGINAL if kind == "original" else f"{results_prefix(render, 1)}{kind}.mp4"
    assert f"{wanted}?" in answer.headers["location"]


@pytest.mark.parametrize("what", ["visualization", "video", "render"])
def test_nothing_is_to_be_seen_before_the_analysis_is_over(client, engine, what):
    open_job = a_waiting_job(engine)

    refused = looked_at(client, open_job, what)

    assert (refused.status, refused.code) == (409, "RESULTS_NOT_READY")


def test_still_pictures_have_no_video(client, engine, media, analysis):
    with transaction(engine) as rows:
        rows.execute(update(VideoAnalysisJob).values(kind=JobKind.IMAGES))

    assert client.get(f"/analysis-jobs/{analysis}/video").code == "JOB_NOT_FOUND"


def test_what_does_not_exist_cannot_be_asked_for(client, analysis):
    wrong_kind = client.get(f"/analysis-jobs/{analysis}/video", query={"kind": "x-ray"})
    too_fast = client.post(f"/analysis-jobs/{analysis}/render", {"fps": 1000})
    strange = client.post(f"/analysis-jobs/{analysis}/render", {"show_ghosts": True})

    assert [each.status for each in (wrong_kind, too_fast, strange)] == [422, 422, 422]
