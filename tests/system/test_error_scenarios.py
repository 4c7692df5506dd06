"""What may go wrong on the way from the upload to the final row, and what the coach then sees."""

import signal
from collections.abc import Iterator
from http import HTTPStatus

import pytest

from shared.errors import UploadMissing
from shared.jobs import FINAL, AttemptOutcome, Stage, Status
from shared.queue.messages import JobMessage
from tests.builders import COACH
from tests.faults.arena import Arena, arena
from tests.faults.orders import Deed
from tests.faults.outages import Gate, Service, gate
from tests.faults.points import Point
from tests.rig.waiting import wait_for

pytestmark = pytest.mark.system


@pytest.fixture
def way(aws_endpoint) -> Iterator[Gate]:
    with gate(aws_endpoint) as open_gate:
        yield open_gate


@pytest.fixture
def place(tmp_path, database_settings, way) -> Iterator[Arena]:
    with arena(tmp_path, database_settings, way.endpoint) as made:
        yield made


def _final(place, job_id):
    return place.coach.wait_for(job_id, lambda job: job.status in FINAL)


def test_an_upload_that_s3_refuses_leaves_the_job_queued_and_a_new_one_works(
    place, way, small_clip
):
    job, put = place.coach.initiate()
    with way.refusing(Service.ORIGINALS, status=HTTPStatus.FORBIDDEN):
        assert place.coach.put(put, small_clip.read_bytes()) == HTTPStatus.FORBIDDEN
    refused = place.coach.jobs.get(job.id)
    assert (refused.status, refused.stage) == (Status.QUEUED, Stage.AWAITING_UPLOAD)
    place.plain_worker()
    _final(place, again := place.coach.send(small_clip))
    place.fate(again).assert_completed_once()
    assert place.coach.jobs.get(job.id).status == Status.QUEUED


def test_a_url_that_was_used_takes_no_second_video(place):
    job, put = place.coach.initiate()
    assert place.coach.put(put, b"the video") == HTTPStatus.OK
    assert place.coach.put(put, b"another one") == HTTPStatus.PRECONDITION_FAILED
    assert place.coach.media.read(job.s3_key) == b"the video"
    assert place.coach.jobs.get(job.id).status == Status.QUEUED


def test_complete_without_an_upload_is_refused_and_the_job_stays_queued(place):
    job, _ = place.coach.initiate()
    with pytest.raises(UploadMissing) as refusal:
        place.coach.uploads.complete(job.id, owner=COACH)
    assert (refusal.value.http_status, refusal.value.code) == (409, "UPLOAD_MISSING")
    assert place.coach.jobs.get(job.id).status == Status.QUEUED
    assert place.queue.depth().total == 0


@pytest.mark.parametrize("status", [HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN])
def test_a_refused_download_is_tried_three_times_and_then_left_for_the_operator(
    place, way, small_clip, status
):
    sentence = f"Failed to download video from S3: {status.value} {status.phrase}"
    job_id = place.coach.send(small_clip)
    with way.refusing(Service.ORIGINALS, status=status):
        place.plain_worker()
        job = _final(place, job_id)
        letter = place.dead_letters.receive(wait_s=10, visibility_s=0)
    assert (job.status, job.error_code) == (Status.FAILED, "DOWNLOAD_FAILED")
    assert job.error_message == sentence
    tries = place.coach.jobs.attempts(job_id)
    assert [(one.outcome, one.error_message) for one in tries] == [
        (AttemptOutcome.RETRYING, sentence),
        (AttemptOutcome.RETRYING, sentence),
        (AttemptOutcome.FAILED, sentence),
    ]
    assert letter is not None
    assert JobMessage.model_validate_json(letter.body).job_id == job_id


def test_without_its_model_a_worker_leaves_the_job_to_one_that_has_it(place, small_clip, tmp_path):
    bare = place.plain_worker(
        pose_engine="mediapipe", pose_model_path=tmp_path / "none.task", retry_base_s=1
    )
    job_id = place.coach.send(small_clip)
    job = place.coach.wait_for(job_id, lambda job: job.stage == Stage.RETRYING)
    assert job.error_code == "MODEL_UNAVAILABLE"
    assert bare.terminate() == 0
    place.plain_worker()
    _final(place, job_id)
    fate = place.fate(job_id)
    fate.assert_completed_once()
    assert fate.outcomes[0] == AttemptOutcome.RETRYING


def test_a_commit_that_fails_is_tried_again_within_the_lease(place, small_clip):
    (victim,) = place.victims(1)
    victim.meets(Point.BEFORE_COMMIT, Deed.FAIL)
    job_id = place.coach.send(small_clip)
    _final(place, job_id)
    victim.reached(Point.BEFORE_COMMIT)
    fate = place.fate(job_id)
    fate.assert_completed_once()
    fate.assert_results_whole()
    assert len(fate.attempts) == 1
    assert victim.worker.log.read_text().count("Step 1/4: pose") == 1


@pytest.mark.parametrize("point", [Point.IN_POSE, Point.BEFORE_COMMIT])
def test_a_worker_whose_visibility_ran_out_drops_its_result(place, small_clip, point):
    (slow,) = place.victims(1)
    slow.meets(point, Deed.HOLD)
    job_id = place.coach.send(small_clip)
    slow.reached(point)
    slow.worker.process.send_signal(signal.SIGSTOP)
    place.plain_worker()
    _final(place, job_id)
    slow.goes_on(point)
    slow.worker.process.send_signal(signal.SIGCONT)
    wait_for(lambda: "attempt over" in slow.worker.log.read_text(), "the late one to give up")
    assert slow.is_alive
    place.wait_until_quiet()
    fate = place.fate(job_id)
    fate.assert_completed_once()
    fate.assert_results_whole()
    assert fate.outcomes == [AttemptOutcome.LOST, AttemptOutcome.COMPLETED]
    assert fate.job.worker != slow.worker.name
