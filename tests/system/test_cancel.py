"""A coach cancels: the work stops within two seconds, and nothing of it is left."""

import time

import pytest

from shared.jobs import AttemptOutcome, Stage, Status
from tests.builders import COACH

pytestmark = pytest.mark.system

SEEN_WITHIN_S = 2.0


def _wait_until(condition, within_s=10):
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _at_work(job):
    return job.stage == Stage.POSE and job.frames_done > 0


@pytest.fixture
def cancelled(coach, start_real_worker, sample_video, empty):
    """A worker whose job was cancelled in the middle, and seconds until its message was gone."""
    worker = start_real_worker(lease_s=60, heartbeat_s=20)
    job_id = coach.send(sample_video, sample_fps=0)
    coach.wait_for(job_id, _at_work)
    coach.jobs.cancel(job_id, owner=COACH)
    began = time.monotonic()
    _wait_until(empty)
    return worker, job_id, time.monotonic() - began


def test_a_cancelled_job_stops_at_once_and_leaves_nothing(coach, cancelled):
    worker, job_id, took_s = cancelled
    assert took_s < SEEN_WITHIN_S
    assert coach.jobs.get(job_id).status == Status.CANCELLED
    assert [attempt.outcome for attempt in coach.jobs.attempts(job_id)] == [
        AttemptOutcome.CANCELLED
    ]
    assert coach.media.keys(f"results/{job_id}/") == []
    assert [path for path in worker.tmp.rglob("*") if path.parent != worker.tmp] == []


def test_a_worker_whose_job_was_cancelled_takes_the_next(coach, cancelled, small_clip):
    job_id = coach.send(small_clip)
    coach.wait_for(job_id, lambda job: job.status in {Status.COMPLETED, Status.FAILED})
    assert coach.jobs.get(job_id).worker == "w0"


def test_a_job_cancelled_before_a_worker_took_it_is_not_begun(
    coach, start_worker, small_clip, empty
):
    job_id = coach.send(small_clip)
    coach.jobs.cancel(job_id, owner=COACH)
    start_worker()
    _wait_until(empty, within_s=30)
    assert coach.jobs.attempts(job_id) == []
    assert coach.jobs.get(job_id).status == Status.CANCELLED
