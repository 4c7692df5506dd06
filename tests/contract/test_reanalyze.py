"""Measuring again: a new job on the stored pose of a completed analysis."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.analysis import AgeBand
from shared.attempt_store import Claimed
from shared.derived import Derived
from shared.erasure.deletions import Erasure
from shared.erasure.store import ErasureStore
from shared.errors import DatabaseError, JobNotFound, StorageError, TooManyActiveJobs
from shared.files import POSE_NAME
from shared.job_store import JobStore
from shared.jobs import JobKind, Stage, Status
from shared.media.store import MediaStore, results_prefix, stored_pose_key, uploaded_job
from shared.models import VideoAnalysisJob
from shared.players.store import PlayerStore
from shared.queue.dispatch import Dispatcher
from shared.queue.messages import JobMessage
from shared.renditions.store import RenditionStore
from shared.settings import LimitSettings, SweepSettings, UploadSettings
from shared.uploads.videos import Uploads
from tests.builders import COACH, MISSING, a_job, a_waiting_job
from tests.contract.documents import a_completed_job, a_completed_job_without_frames
from tests.sweeping import a_sweeper, set_row

POSE = b"the stored pose"


def _reanalyze(client, job_id, **wanted):
    return client.post(f"/analysis-jobs/{job_id}/reanalyze", wanted)


def _refused(answer):
    return answer.status, answer.code


@pytest.fixture
def source(engine, media):
    """A completed analysis with everything it stored."""
    job_id = a_completed_job(engine, media)
    media.put(results_prefix(job_id, 1) + POSE_NAME, POSE, content_type="x/y")
    return job_id


@pytest.fixture
def begun(client, engine, source):
    """The row of a job that was asked for with another movement and side."""
    answer = _reanalyze(client, source, movement="cricket_batting", side="left")
    assert answer.status == 202
    return JobStore(engine).get(answer.json["job_id"])


def _a_rendering(engine, source):
    """A completed job whose results are no analysis."""
    jobs = JobStore(engine)
    job = jobs.create(
        VideoAnalysisJob(
            owner=COACH,
            kind=JobKind.RENDER,
            session_id=jobs.get(source).session_id,
            trace_id="trace",
            settings={},
            include_frames=False,
            s3_key="uploads/x/source",
            upload_expires_at=datetime.now(UTC),
            status="processing",
            stage="waiting",
        )
    )
    claimed = jobs.claim(job.id, worker="w", lease_s=60)
    assert isinstance(claimed, Claimed)
    jobs.finish(
        claimed.lease, results={"schema_version": 1}, results_prefix=results_prefix(job.id, 1)
    )
    return job.id


# --- what is made ---------------------------------------------------------------------------------


def test_it_answers_with_a_new_job_on_its_way(client, source):
    answer = _reanalyze(client, source, movement="running")
    assert answer.status == 202
    assert answer.json["job_id"] != str(source)
    assert answer.json["source_job_id"] == str(source)
    assert (answer.json["kind"], answer.json["status"]) == ("reanalysis", "processing")
    assert answer.json["progress"]["stage"] == "waiting"
    assert answer.json["settings"]["movement"] == "running"


def test_what_is_not_named_stays_as_it_was(engine, source, begun):
    before = JobStore(engine).get(source)
    assert begun.settings == {
        **before.settings,
        "movement": "cricket_batting",
        "handedness": "left",
    }
    assert (begun.session_id, begun.player_id) == (before.session_id, before.player_id)


def test_null_lets_a_setting_be_inferred_again(client, engine, source):
    sided = _reanalyze(client, source, handedness="right").json["settings"]
    assert sided["handedness"] == "right"
    assert _reanalyze(client, source, handedness=None).json["settings"]["handedness"] is None


def test_it_owns_a_copy_of_the_stored_pose(media, source, begun):
    assert begun.inputs == {POSE_NAME: begun.s3_key}
    assert begun.s3_key == stored_pose_key(COACH, begun.id)
    media.delete_prefix(results_prefix(source, 1))
    assert media.read(begun.s3_key) == POSE


def test_its_copy_is_not_taken_for_an_upload(begun):
    assert uploaded_job(begun.s3_key) is None


def test_the_workers_are_told(queue, begun):
    received = queue.receive(wait_s=0, visibility_s=60)
    message = JobMessage.model_validate_json(received.body)
    assert (message.job_id, message.v) == (begun.id, 2)  # 1 would be read by those who know videos
    assert begun.sqs_message_id == received.message_id


def test_asked_twice_there_are_two(client, source):
    first, second = (_reanalyze(client, source).json["job_id"] for _ in range(2))
    assert first != second


def test_it_can_be_cancelled(client, begun):
    answer = client.post(f"/analysis-jobs/{begun.id}/cancel")
    assert answer.json["status"] == "cancelled"


def test_without_the_queue_the_job_is_there_and_the_sweeper_sends_it(
    deploy, engine, media, source, queue
):
    client = deploy(AWS_ENDPOINT_URL_SQS="http://127.0.0.1:1")
    assert _reanalyze(client, source).status == 202
    sweeper = a_sweeper(engine, media, queue, settings=SweepSettings(sweep_unsent_s=0))
    assert sweeper.sweep().sent == 1
    assert queue.receive(wait_s=0, visibility_s=60) is not None


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize("job_id", [MISSING, "no-id"])
def test_a_job_that_does_not_exist(client, job_id):
    assert _refused(_reanalyze(client, job_id)) == (404, "JOB_NOT_FOUND")


def test_a_job_that_analysed_no_video(client, engine, source):
    rendering = _a_rendering(engine, source)
    assert _refused(_reanalyze(client, rendering)) == (404, "JOB_NOT_FOUND")


@pytest.mark.parametrize("make", [a_job, a_waiting_job])
def test_an_analysis_that_goes_on(client, engine, make):
    assert _refused(_reanalyze(client, make(engine))) == (409, "RESULTS_NOT_READY")


def test_an_analysis_that_was_cancelled(client, engine):
    job_id = a_job(engine)
    client.post(f"/analysis-jobs/{job_id}/cancel")
    answer = _reanalyze(client, job_id)
    assert _refused(answer) == (409, "RESULTS_NOT_READY")
    assert not answer.json["retryable"]


def test_a_stored_pose_that_is_gone(client, engine):
    job_id = a_completed_job_without_frames(engine)
    assert _refused(_reanalyze(client, job_id)) == (404, "VIDEO_NOT_FOUND")
    assert len(client.get("/analysis-jobs").json["items"]) == 1


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"sample_fps": 30}, "INVALID_CONFIG"),
        ({"subject_hint": {"x": 0, "y": 0, "width": 1, "height": 1}}, "INVALID_CONFIG"),
        ({"movement": None}, "INVALID_CONFIG"),
        ({"movement": "swimming"}, "INVALID_CONFIG"),
        ({"athlete_height_cm": 20}, "INVALID_CONFIG"),
        ({"slow_motion_factor": 0}, "INVALID_CONFIG"),
        ({"colour": "red"}, "INVALID_REQUEST"),
        ({"side": "left", "handedness": "left"}, "INVALID_REQUEST"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_settings_that_cannot_be(client, source, wanted, code):
    assert _refused(_reanalyze(client, source, **wanted)) == (422, code)


@pytest.mark.parametrize("known_as", ["the settings", "the player"])
def test_a_minor_without_consent(client, engine, media, source, known_as):
    wanted = {"age_band": "under_13"}
    if known_as == "the player":
        PlayerStore(engine).put(COACH, "p-1", name=None, age_band=AgeBand.UNDER_13)
        wanted = {"age_band": "adult"}
    assert _refused(_reanalyze(client, source, **wanted)) == (409, "CONSENT_REQUIRED")
    assert media.keys("uploads/") == []


@pytest.fixture
def derived(engine, media, queue):
    """What the API works with, for an owner who may have one job open."""
    uploads = Uploads.on(engine, media, queue, UploadSettings())
    limits = LimitSettings(max_open_jobs=1)
    return replace(Derived.beside(uploads, RenditionStore(engine)), jobs=JobStore(engine, limits))


def test_one_job_too_many_leaves_no_copy(derived, media, source):
    derived.reanalyze(COACH, source, {})
    before = media.keys("uploads/")
    with pytest.raises(TooManyActiveJobs):
        derived.reanalyze(COACH, source, {})
    assert media.keys("uploads/") == before


class Interrupted(MediaStore):
    """Something happens while the pose is copied."""

    def __init__(self, media, happens):
        super().__init__(media._client, media.bucket)
        self._happens = happens

    def copy(self, source, target):
        super().copy(source, target)
        self._happens()


def test_a_session_deleted_meanwhile_takes_the_copy_along(engine, media, derived, source):
    erasure = Erasure(ErasureStore(engine), media)
    session_id = JobStore(engine).get(source).session_id
    assert session_id is not None
    receipts = []

    def delete():
        receipts.append(erasure.session(COACH, session_id))

    with pytest.raises(JobNotFound):
        replace(derived, media=Interrupted(media, delete)).reanalyze(COACH, source, {})
    places = ErasureStore(engine).receipt(COACH, receipts[0].id).leftovers
    assert all(any(key.startswith(place) for place in places) for key in media.keys(""))


def test_a_copy_that_fails_leaves_a_cancelled_job(engine, media, derived, source):
    def fail():
        raise StorageError

    with pytest.raises(StorageError):
        replace(derived, media=Interrupted(media, fail)).reanalyze(COACH, source, {})
    newest = JobStore(engine).page(COACH, limit=1, after=None)[0]
    assert (newest.kind, newest.status) == (JobKind.REANALYSIS, Status.CANCELLED)


class AwayThen(JobStore):
    """The database goes away once the pose is copied."""

    def uploaded(self, *_, **__):
        raise DatabaseError


def test_a_database_that_goes_away_once_all_is_stored_is_no_reason_to_ask_twice(
    engine, media, queue, derived, source
):
    """Whoever was told of an error would; and the sweeper would complete the first one too."""
    job = replace(derived, jobs=AwayThen(engine)).reanalyze(COACH, source, {})
    assert (job.status, job.stage) == (Status.QUEUED, Stage.AWAITING_UPLOAD)
    long_ago = datetime.now(UTC) - timedelta(days=1)
    set_row(engine, job.id, upload_expires_at=long_ago)
    set_row(engine, job.id, updated_at=long_ago)
    assert a_sweeper(engine, media, queue).sweep().uploads_completed == 1
    assert JobStore(engine).get(job.id).stage == Stage.WAITING
    assert queue.receive(wait_s=0, visibility_s=60) is not None


def test_nor_is_one_that_goes_away_when_the_message_is_sent(engine, queue, derived, source):
    class AwayAtTheEnd(JobStore):
        def sent(self, *_):
            raise DatabaseError

    job = replace(derived, dispatcher=Dispatcher(AwayAtTheEnd(engine), queue)).reanalyze(
        COACH, source, {}
    )
    assert (job.stage, job.sqs_message_id) == (Stage.WAITING, None)


def test_one_cancelled_while_the_pose_is_copied_is_not_sent(engine, media, queue, derived, source):
    jobs = JobStore(engine)

    def cancel():
        jobs.cancel(jobs.page(COACH, limit=1, after=None)[0].id, owner=COACH)

    job = replace(derived, media=Interrupted(media, cancel)).reanalyze(COACH, source, {})
    assert (job.status, job.sqs_message_id) == (Status.CANCELLED, None)
    assert queue.receive(wait_s=0, visibility_s=60) is None


def test_one_that_the_sweeper_sends_meanwhile_is_sent_once(engine, media, queue, derived, source):
    uploads = Uploads.on(engine, media, queue, UploadSettings())

    def settle():
        uploads.settle(uploads.jobs.page(COACH, limit=1, after=None)[0].id)

    replace(derived, media=Interrupted(media, settle)).reanalyze(COACH, source, {})
    assert queue.depth().total == 1


def test_a_coach_completes_no_upload_of_another_kind(client, engine, source):
    for job_id in (_a_rendering(engine, source), _reanalyze(client, source).json["job_id"]):
        answer = client.post("/videos/upload/complete", {"job_id": str(job_id)})
        assert _refused(answer) == (404, "JOB_NOT_FOUND")


# --- results of other kinds -----------------------------------------------------------------------


def test_results_of_a_rendering_are_given_as_they_are_stored(client, engine, source):
    rendering = _a_rendering(engine, source)
    assert client.get(f"/analysis-jobs/{rendering}/results").json == {"schema_version": 1}
    assert client.get(f"/analysis-jobs/{rendering}").json["results"] == {"schema_version": 1}


def test_a_rendering_has_no_frames(client, engine, source):
    rendering = _a_rendering(engine, source)
    assert _refused(client.get(f"/analysis-jobs/{rendering}/frames")) == (404, "NOT_FOUND")


def test_a_failed_reanalysis_is_tried_again(client, engine, begun):
    jobs = JobStore(engine)
    with engine.begin() as rows:
        rows.exec_driver_sql(
            "UPDATE video_analysis_jobs SET status = 'failed', stage = 'failed', "
            "error_code = 'PROCESSING_FAILED', error_retryable = true WHERE kind = 'reanalysis'"
        )
    assert client.post(f"/analysis-jobs/{begun.id}/retry").status == 202
    assert jobs.get(begun.id).status == Status.PROCESSING
